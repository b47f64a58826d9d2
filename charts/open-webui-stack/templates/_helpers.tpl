{{- define "stack.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride -}}
{{- end -}}

{{- define "stack.name" -}}
{{- default "open-webui" .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* The server's resources. Room is left for suffixes: names of StatefulSets become labels of pods. */}}
{{- define "stack.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "stack.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "stack.postgresName" -}}
{{- printf "%s-postgres" .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{- define "stack.secretName" -}}
{{- printf "%s-secrets" .Release.Name -}}
{{- end -}}

{{- define "stack.migrationName" -}}
{{- printf "%s-migration" .Release.Name -}}
{{- end -}}

{{- define "stack.claimName" -}}
{{- default (include "stack.fullname" .) .Values.persistence.existingClaim -}}
{{- end -}}

{{/* Labels that never change, also those of pods: a Job's pod template is immutable.
     Called with (dict "root" $ "component" "…"). */}}
{{- define "stack.selectorLabels" -}}
app.kubernetes.io/name: {{ include "stack.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "stack.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{ include "stack.selectorLabels" . }}
{{- end -}}

{{- define "stack.serverLabels" -}}
{{- include "stack.selectorLabels" (dict "root" . "component" "open-webui") -}}
{{- end -}}

{{- define "stack.image" -}}
{{- $tag := default (printf "v%s" .Chart.AppVersion) .Values.image.tag | toString -}}
{{- printf "%s:%s" .Values.image.repository $tag -}}
{{- if and .Values.image.useSlim (not (hasSuffix "-slim" $tag)) -}}-slim{{- end -}}
{{- end -}}

{{- define "stack.migrationImage" -}}
{{- $own := .Values.migration.image -}}
{{- if and (not $own.repository) (not $own.tag) -}}
{{- include "stack.image" . -}}
{{- else -}}
{{- $tag := default .Values.image.tag $own.tag | default (printf "v%s" .Chart.AppVersion) -}}
{{- printf "%s:%s" (default .Values.image.repository $own.repository) (toString $tag) -}}
{{- end -}}
{{- end -}}

{{- define "stack.serviceAccountName" -}}
{{- if .Values.serviceAccount.enable -}}
{{- if .Values.serviceAccount.name -}}
{{- .Values.serviceAccount.name -}}
{{- else if and .Values.serviceAccount.create .Values.openWebui.enabled -}}
{{- include "stack.fullname" . -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "stack.localStorage" -}}
{{- $env := include "stack.userEnv" . | fromYamlArray -}}
{{- $provider := .Values.persistence.provider -}}
{{- range $env -}}
{{- if eq .name "STORAGE_PROVIDER" -}}
{{- $provider = default "remote" .value -}}
{{- end -}}
{{- end -}}
{{- if eq $provider "local" -}}true{{- end -}}
{{- end -}}

{{/* Whether the data directory lies on a volume claim. */}}
{{- define "stack.dataOnClaim" -}}
{{- if and .Values.persistence.enabled (or .Values.persistence.existingClaim (eq .Values.persistence.provider "local")) -}}true{{- end -}}
{{- end -}}

{{/* Which database: "url", "secret", "environment" (the user's own variables), "bundled" or "sqlite". */}}
{{- define "stack.database" -}}
{{- $names := list -}}
{{- range (include "stack.userEnv" . | fromYamlArray) -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- if has "DATABASE_URL" $names -}}environment
{{- else if .Values.databaseUrlExistingSecret -}}secret
{{- else if .Values.databaseUrl -}}url
{{- else if and (has "DATABASE_TYPE" $names) (has "DATABASE_HOST" $names) -}}environment
{{- else if and .Values.openWebui.enabled .Values.postgresql.enabled -}}bundled
{{- else -}}sqlite
{{- end -}}
{{- end -}}

{{/* `commonEnvVars` and `extraEnvVars` as one list; each may be a list or a map. */}}
{{- define "stack.userEnv" -}}
{{- $list := list -}}
{{- range $given := list .Values.commonEnvVars .Values.extraEnvVars -}}
{{- if kindIs "map" $given -}}
{{- range $name, $value := $given -}}
{{- if kindIs "map" $value -}}
{{- $list = append $list (merge (dict "name" $name) $value) -}}
{{- else -}}
{{- $list = append $list (dict "name" $name "value" (toString $value)) -}}
{{- end -}}
{{- end -}}
{{- else -}}
{{- $list = concat $list (default list $given) -}}
{{- end -}}
{{- end -}}
{{- toYaml $list -}}
{{- end -}}

{{/* The user's security context for pods, or the chart's where neither kind is given. */}}
{{- define "stack.podSecurityContext" -}}
{{- if .Values.podSecurityContext -}}
{{- toYaml .Values.podSecurityContext -}}
{{- else if and .Values.openWebui.enabled (not .Values.containerSecurityContext) -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- else -}}
{}
{{- end -}}
{{- end -}}

{{- define "stack.containerSecurityContext" -}}
{{- if or .Values.containerSecurityContext .Values.podSecurityContext -}}
{{- toYaml .Values.containerSecurityContext -}}
{{- else -}}
allowPrivilegeEscalation: false
capabilities:
  drop:
    - ALL
{{- end -}}
{{- end -}}

{{- define "stack.migrationPodSecurityContext" -}}
{{- if .Values.migration.podSecurityContext -}}
{{- toYaml .Values.migration.podSecurityContext -}}
{{- else -}}
{{- include "stack.podSecurityContext" . -}}
{{- end -}}
{{- end -}}

{{/* The Job's containers: the server's user, and nothing a migration can do without. The user is
     the server's because both write the same files. */}}
{{- define "stack.migrationContainerSecurityContext" -}}
{{- $server := .Values.containerSecurityContext -}}
{{- $pod := include "stack.migrationPodSecurityContext" . | fromYaml -}}
{{- $context := dict
    "allowPrivilegeEscalation" false
    "capabilities" (dict "drop" (list "ALL"))
    "privileged" false
    "readOnlyRootFilesystem" true
    "seccompProfile" (dict "type" "RuntimeDefault") -}}
{{- if not .Values.migration.podSecurityContext -}}
{{- range $key := list "runAsUser" "runAsGroup" "seLinuxOptions" -}}
{{- if hasKey $server $key -}}
{{- $_ := set $context $key (index $server $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $context = mergeOverwrite $context (deepCopy .Values.migration.containerSecurityContext) -}}
{{- $user := "" -}}
{{- if hasKey $context "runAsUser" -}}
{{- $user = toString (int64 $context.runAsUser) -}}
{{- else if hasKey $pod "runAsUser" -}}
{{- $user = toString (int64 $pod.runAsUser) -}}
{{- end -}}
{{- if not (hasKey $context "runAsNonRoot") -}}
{{- if or (and (ne $user "") (ne $user "0")) $server.runAsNonRoot -}}
{{- $_ := set $context "runAsNonRoot" true -}}
{{- end -}}
{{- end -}}
{{- toYaml $context -}}
{{- end -}}

{{- define "stack.imagePullSecrets" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* One volume holds Open WebUI's data, for the server and for the Job. */}}
{{- define "stack.dataVolume" -}}
- name: data
  {{- if include "stack.dataOnClaim" . }}
  persistentVolumeClaim:
    claimName: {{ include "stack.claimName" . }}
  {{- else }}
  emptyDir: {}
  {{- end }}
{{- end -}}

{{- define "stack.dataMount" -}}
- name: data
  mountPath: /app/backend/data
  {{- with .Values.persistence.subPath }}
  subPath: {{ . }}
  {{- end }}
{{- end -}}
