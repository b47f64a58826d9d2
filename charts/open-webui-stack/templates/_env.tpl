{{/* One environment variable from a value, or from a secret where one is named.
     Called with (dict "name" … "value" … "secret" … "key" …). */}}
{{- define "stack.envVar" -}}
{{- if .secret }}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret | quote }}
      key: {{ .key | quote }}
{{- else if .value }}
- name: {{ .name }}
  value: {{ .value | quote }}
{{- end }}
{{- end -}}

{{/* What says where Open WebUI keeps its data. The server and the migration Job get exactly the
     same, so that the Job writes where the server reads. Secret values only by reference. */}}
{{- define "stack.sharedEnv" -}}
{{- $secret := include "stack.secretName" . -}}
{{- $user := include "stack.userEnv" . | fromYamlArray -}}
{{- $names := list -}}
{{- range $user }}{{- $names = append $names .name }}{{- end }}
{{- if not (has "WEBUI_SECRET_KEY" $names) }}
{{- $own := .Values.webuiSecretKeyExistingSecret }}
{{- include "stack.envVar" (dict "name" "WEBUI_SECRET_KEY" "secret" (default $secret $own) "key" (ternary .Values.webuiSecretKeyExistingSecretKey "WEBUI_SECRET_KEY" (not (empty $own)))) }}
{{- end }}
{{- include "stack.databaseEnv" . }}
{{- include "stack.storageEnv" . }}
{{- with $user }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "stack.databaseEnv" -}}
{{- $kind := include "stack.database" . -}}
{{- $auth := .Values.postgresql.auth -}}
{{- if eq $kind "secret" }}
{{- include "stack.envVar" (dict "name" "DATABASE_URL" "secret" .Values.databaseUrlExistingSecret "key" .Values.databaseUrlExistingSecretKey) }}
{{- else if and (eq $kind "bundled") $auth.existingSecret }}
{{- include "stack.envVar" (dict "name" "POSTGRES_PASSWORD" "secret" $auth.existingSecret "key" $auth.existingSecretKey) }}
- name: DATABASE_URL
  value: {{ printf "postgresql://%s:$(POSTGRES_PASSWORD)@%s:5432/%s" $auth.username (include "stack.postgresName" .) $auth.database | quote }}
{{- else if or (eq $kind "url") (eq $kind "bundled") }}
{{- include "stack.envVar" (dict "name" "DATABASE_URL" "secret" (include "stack.secretName" .) "key" "DATABASE_URL") }}
{{- end }}
{{- end -}}

{{- define "stack.storageEnv" -}}
{{- $secret := include "stack.secretName" . -}}
{{- $provider := .Values.persistence.provider -}}
{{- if ne $provider "local" }}
- name: STORAGE_PROVIDER
  value: {{ $provider | quote }}
{{- end }}
{{- if eq $provider "s3" }}
{{- with .Values.persistence.s3 }}
{{- if or .accessKeyExistingSecret .accessKey }}
{{- include "stack.envVar" (dict "name" "S3_ACCESS_KEY_ID" "secret" (default $secret .accessKeyExistingSecret) "key" (ternary .accessKeyExistingAccessKey "S3_ACCESS_KEY_ID" (not (empty .accessKeyExistingSecret)))) }}
{{- end }}
{{- if or .secretKeyExistingSecret .secretKey }}
{{- include "stack.envVar" (dict "name" "S3_SECRET_ACCESS_KEY" "secret" (default $secret .secretKeyExistingSecret) "key" (ternary .secretKeyExistingSecretKey "S3_SECRET_ACCESS_KEY" (not (empty .secretKeyExistingSecret)))) }}
{{- end }}
{{- include "stack.envVar" (dict "name" "S3_ENDPOINT_URL" "value" .endpointUrl) }}
{{- include "stack.envVar" (dict "name" "S3_REGION_NAME" "value" .region) }}
{{- include "stack.envVar" (dict "name" "S3_BUCKET_NAME" "value" .bucket) }}
{{- include "stack.envVar" (dict "name" "S3_KEY_PREFIX" "value" .keyPrefix) }}
{{- end }}
{{- else if eq $provider "gcs" }}
{{- with .Values.persistence.gcs }}
{{- if or .appCredentialsJsonExistingSecret .appCredentialsJson }}
{{- include "stack.envVar" (dict "name" "GOOGLE_APPLICATION_CREDENTIALS_JSON" "secret" (default $secret .appCredentialsJsonExistingSecret) "key" (ternary .appCredentialsJsonExistingSecretKey "GOOGLE_APPLICATION_CREDENTIALS_JSON" (not (empty .appCredentialsJsonExistingSecret)))) }}
{{- end }}
{{- include "stack.envVar" (dict "name" "GCS_BUCKET_NAME" "value" .bucket) }}
{{- end }}
{{- else if eq $provider "azure" }}
{{- with .Values.persistence.azure }}
{{- include "stack.envVar" (dict "name" "AZURE_STORAGE_ENDPOINT" "value" .endpointUrl) }}
{{- include "stack.envVar" (dict "name" "AZURE_STORAGE_CONTAINER_NAME" "value" .container) }}
{{- if or .keyExistingSecret .key }}
{{- include "stack.envVar" (dict "name" "AZURE_STORAGE_KEY" "secret" (default $secret .keyExistingSecret) "key" (ternary .keyExistingSecretKey "AZURE_STORAGE_KEY" (not (empty .keyExistingSecret)))) }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* What the server alone needs. */}}
{{- define "stack.serverEnv" -}}
{{- if not .Values.podSecurityContext }}
{{- if not .Values.containerSecurityContext }}
# The image's home is root's.
- name: HOME
  value: /tmp
{{- end }}
{{- end }}
{{- include "stack.envVar" (dict "name" "OLLAMA_BASE_URLS" "value" (join ";" .Values.ollamaUrls)) }}
{{- if not .Values.enableOpenaiApi }}
- name: ENABLE_OPENAI_API
  value: "False"
{{- else }}
{{- include "stack.envVar" (dict "name" "OPENAI_API_BASE_URLS" "value" (default .Values.openaiBaseApiUrl (join ";" .Values.openaiBaseApiUrls))) }}
{{- if .Values.openaiApiKeysExistingSecret }}
{{- include "stack.envVar" (dict "name" "OPENAI_API_KEYS" "secret" .Values.openaiApiKeysExistingSecret "key" .Values.openaiApiKeysExistingSecretKey) }}
{{- else if .Values.openaiApiKeyExistingSecret }}
{{- include "stack.envVar" (dict "name" "OPENAI_API_KEY" "secret" .Values.openaiApiKeyExistingSecret "key" .Values.openaiApiKeyExistingSecretKey) }}
{{- else if or .Values.openaiApiKey .Values.openaiApiKeys }}
{{- include "stack.envVar" (dict "name" "OPENAI_API_KEYS" "secret" (include "stack.secretName" .) "key" "OPENAI_API_KEYS") }}
{{- end }}
{{- end }}
{{- end -}}
