{{/* Refuses values that cannot work, in words that say what to set. */}}
{{- define "stack.migrationChecks" -}}
{{- $m := .Values.migration -}}
{{- if and (not $m.backupPvc) (not $m.backupArchivePvc) -}}
{{- fail "migration.enabled is true, but no backup is named. Set migration.backupPvc to the claim with the extracted backup, or migration.backupArchivePvc to the claim with the .tar.gz." -}}
{{- end -}}
{{- if and $m.backupPvc $m.backupArchivePvc -}}
{{- fail "migration.backupPvc and migration.backupArchivePvc are both set. Set only one: backupPvc for an extracted backup, backupArchivePvc for a .tar.gz." -}}
{{- end -}}
{{- range $name := list "backupDir" "backupArchive" -}}
{{- $value := index $m $name -}}
{{- if or (hasPrefix "/" $value) (has ".." (splitList "/" $value)) -}}
{{- fail (printf "migration.%s must be a path inside the claim, without a leading / and without ..; it is %q." $name $value) -}}
{{- end -}}
{{- end -}}
{{- if and $m.installBson (eq $m.program "image") -}}
{{- fail "migration.installBson is not needed with migration.program: image, where the image brings pymongo. Set only one of them." -}}
{{- end -}}
{{- if and (eq $m.program "image") (not $m.image.repository) -}}
{{- fail "migration.program is image: set migration.image.repository to the image that holds the program." -}}
{{- end -}}
{{- if not (include "stack.dataOnClaim" .) -}}
{{- if eq (include "stack.database" .) "sqlite" -}}
{{- fail "No database is given, so Open WebUI uses SQLite, and its data is not on a volume the migration could reach. Set databaseUrl or databaseUrlExistingSecret, or persistence.enabled with persistence.existingClaim." -}}
{{- end -}}
{{- if include "stack.localStorage" . -}}
{{- fail "Open WebUI's files are not on a volume (persistence.enabled is false and persistence.provider is local): migrated files would be lost with the Job. Enable persistence, or use s3, gcs or azure." -}}
{{- end -}}
{{- else if and (not .Values.openWebui.enabled) (not .Values.persistence.existingClaim) -}}
{{- fail "openWebui.enabled is false: set persistence.existingClaim to the data claim of your Open WebUI (the official chart calls it open-webui), or persistence.enabled to false with object storage." -}}
{{- end -}}
{{- if and (include "stack.dataOnClaim" .) (has "ReadWriteOncePod" .Values.persistence.accessModes) -}}
{{- fail "persistence.accessModes is ReadWriteOncePod: only one pod can mount the data volume, so the migration cannot run beside the server. Use ReadWriteOnce or ReadWriteMany." -}}
{{- end -}}
{{- end -}}

{{- define "stack.backupPath" -}}
{{- $m := .Values.migration -}}
{{- $inside := ternary $m.backupDir $m.backupArchive (not (empty $m.backupPvc)) | trimPrefix "./" | trimSuffix "/" -}}
{{- if or (eq $inside ".") (eq $inside "") -}}/backup{{- else -}}/backup/{{ $inside }}{{- end -}}
{{- end -}}

{{/* Extra environment of the Job; the same for its init containers, which ask the same database. */}}
{{- define "stack.migrationEnv" -}}
{{- include "stack.sharedEnv" . }}
# The server owns the schema.
- name: ENABLE_DB_MIGRATIONS
  value: "false"
# The root file system is read-only: all scratch data goes to one emptyDir.
- name: HOME
  value: /tmp
- name: TMPDIR
  value: /tmp
- name: PYTHONDONTWRITEBYTECODE
  value: "1"
- name: PYTHONUNBUFFERED
  value: "1"
{{- end -}}

{{- define "stack.migrationSettings" -}}
{{- $m := .Values.migration }}
- name: BACKUP_DIR
  value: {{ include "stack.backupPath" . | quote }}
- name: DRY_RUN
  value: {{ $m.dryRun | quote }}
- name: PREFER_IMPORT_PASSWORD
  value: {{ $m.preferImportPassword | quote }}
- name: MIGRATION_EXISTING_ACCOUNTS
  value: {{ $m.existingAccounts | quote }}
- name: MIGRATION_EXTERNAL_USERS
  value: {{ $m.externalUsers | quote }}
{{- with $m.tenant }}
- name: MIGRATION_TENANT
  value: {{ . | quote }}
{{- end }}
- name: MIGRATION_EDITORS
  value: {{ $m.editors | quote }}
- name: MIGRATION_DEFAULT_MODEL
  value: {{ $m.defaultModel | quote }}
{{- with $m.modelMap }}
- name: MIGRATION_MODEL_MAP
  value: {{ toJson . | quote }}
{{- end }}
{{- with $m.librechatUrl }}
- name: MIGRATION_LIBRECHAT_URL
  value: {{ join "," . | quote }}
{{- end }}
- name: MIGRATION_SHARE_BASE_MODELS
  value: {{ $m.shareBaseModels | quote }}
{{- with $m.openWebuiUrl }}
- name: MIGRATION_OPENWEBUI_URL
  value: {{ . | quote }}
{{- end }}
{{- with $m.openWebuiTokenSecret }}
- name: OPEN_WEBUI_TOKEN
  valueFrom:
    secretKeyRef:
      name: {{ . | quote }}
      key: {{ default "token" $m.openWebuiTokenSecretKey | quote }}
{{- end }}
{{- with (default (ternary "/reports" "" (not (empty $m.reportPvc))) $m.reportDir) }}
- name: MIGRATION_REPORT_DIR
  value: {{ . | quote }}
{{- end }}
- name: MIGRATION_INDEX
  value: {{ $m.index | quote }}
{{- with $m.files }}
{{- if .s3.bucket }}
- name: MIGRATION_S3_BUCKET
  value: {{ .s3.bucket | quote }}
{{- with .s3.endpointUrl }}
- name: MIGRATION_S3_ENDPOINT_URL
  value: {{ . | quote }}
{{- end }}
{{- with .s3.region }}
- name: MIGRATION_S3_REGION
  value: {{ . | quote }}
{{- end }}
- name: MIGRATION_S3_VIRTUAL_HOST
  value: {{ .s3.virtualHost | quote }}
{{- with .s3.existingSecret }}
{{- include "stack.envVar" (dict "name" "MIGRATION_S3_ACCESS_KEY_ID" "secret" . "key" $m.files.s3.accessKeyIdKey) }}
{{- include "stack.envVar" (dict "name" "MIGRATION_S3_SECRET_ACCESS_KEY" "secret" . "key" $m.files.s3.secretAccessKeyKey) }}
{{- end }}
{{- end }}
{{- if .azure.container }}
- name: MIGRATION_AZURE_CONTAINER
  value: {{ .azure.container | quote }}
{{- with .azure.existingSecret }}
{{- include "stack.envVar" (dict "name" "MIGRATION_AZURE_CONNECTION_STRING" "secret" . "key" $m.files.azure.connectionStringKey) }}
{{- end }}
{{- end }}
{{- if or .s3.bucket .azure.container }}
- name: MIGRATION_REMOTE_MAX_MB
  value: {{ .maxMb | int | quote }}
- name: MIGRATION_REMOTE_TIMEOUT
  value: {{ .timeoutSeconds | int | quote }}
{{- end }}
{{- end }}
- name: MIGRATION_INCLUDE_TEMPORARY
  value: {{ $m.includeTemporary | quote }}
- name: MIGRATION_ALLOW_INCOMPLETE
  value: {{ $m.allowIncomplete | quote }}
{{- with $m.processes }}
- name: MIGRATION_PROCESSES
  value: {{ . | quote }}
{{- end }}
- name: MIGRATION_FAIL_ON_WARNINGS
  value: {{ $m.failOnWarnings | quote }}
{{- with $m.only }}
- name: MIGRATION_ONLY
  value: {{ join "," . | quote }}
{{- end }}
{{- with $m.users }}
- name: MIGRATION_USERS
  value: {{ join "," . | quote }}
{{- end }}
{{- with $m.since }}
- name: MIGRATION_SINCE
  value: {{ . | quote }}
{{- end }}
- name: MIGRATION_VERIFY
  value: {{ $m.verify | quote }}
# Kubernetes shows what stands in this file as the pod's termination message.
- name: MIGRATION_TERMINATION_LOG
  value: /dev/termination-log
{{- if $m.installBson }}
- name: PYTHONPATH
  value: /opt/bson
{{- end }}
{{- end -}}

{{/* On which node: where the server is, when the data volume cannot be mounted on two. */}}
{{- define "stack.migrationAffinity" -}}
{{- $m := .Values.migration -}}
{{- $affinity := deepCopy $m.affinity -}}
{{- $shared := and (include "stack.dataOnClaim" .) (not (has "ReadWriteMany" .Values.persistence.accessModes)) -}}
{{- if and $m.sameNodeAsServer $shared (not (hasKey $affinity "podAffinity")) -}}
{{- $official := dict "app.kubernetes.io/component" "open-webui" -}}
{{- $labels := default $official $m.serverLabels -}}
{{- if .Values.openWebui.enabled -}}
{{- $labels = include "stack.serverLabels" . | fromYaml -}}
{{- end -}}
{{- $term := dict "labelSelector" (dict "matchLabels" $labels) "topologyKey" "kubernetes.io/hostname" -}}
{{- $_ := set $affinity "podAffinity" (dict "requiredDuringSchedulingIgnoredDuringExecution" (list $term)) -}}
{{- end -}}
{{- toYaml $affinity -}}
{{- end -}}

{{/* The part of the Job that cannot be changed once it exists. */}}
{{- define "stack.migrationJobSpec" -}}
{{- $m := .Values.migration -}}
backoffLimit: {{ int $m.backoffLimit }}
{{- with $m.podFailurePolicy }}
podFailurePolicy:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if not (kindIs "invalid" $m.activeDeadlineSeconds) }}
activeDeadlineSeconds: {{ int $m.activeDeadlineSeconds }}
{{- end }}
{{- if not (kindIs "invalid" $m.ttlSecondsAfterFinished) }}
ttlSecondsAfterFinished: {{ int $m.ttlSecondsAfterFinished }}
{{- end }}
template:
  metadata:
    labels:
      {{- include "stack.selectorLabels" (dict "root" . "component" "migration") | nindent 6 }}
      {{- with $m.podLabels }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    annotations:
      open-webui-stack/program: {{ print (.Files.Get "files/wait.py") (include "stack.migrationProgram" .) | sha256sum }}
      {{- with $m.rerun }}
      open-webui-stack/rerun: {{ . | quote }}
      {{- end }}
      {{- with $m.podAnnotations }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
  spec:
    restartPolicy: Never
    enableServiceLinks: false
    automountServiceAccountToken: false
    terminationGracePeriodSeconds: {{ int $m.terminationGracePeriodSeconds }}
    {{- include "stack.imagePullSecrets" . | nindent 4 }}
    {{- with include "stack.serviceAccountName" . }}
    serviceAccountName: {{ . }}
    {{- end }}
    {{- with $m.priorityClassName }}
    priorityClassName: {{ . }}
    {{- end }}
    {{- with .Values.runtimeClassName }}
    runtimeClassName: {{ . }}
    {{- end }}
    securityContext:
      {{- include "stack.migrationPodSecurityContext" . | nindent 6 }}
    initContainers:
      - name: wait
        {{- include "stack.migrationContainer" . | nindent 8 }}
        command: [python, /migration/wait.py]
        env:
          {{- include "stack.migrationEnv" . | nindent 10 }}
          - name: WAIT_SECONDS
            value: {{ $m.wait.timeoutSeconds | int | quote }}
        {{- include "stack.migrationEnvFrom" . | nindent 8 }}
        resources:
          requests:
            cpu: 50m
            memory: 256Mi
          limits:
            memory: 1Gi
        volumeMounts:
          {{- include "stack.migrationMounts" . | nindent 10 }}
      {{- if $m.installBson }}
      - name: install-bson
        {{- include "stack.migrationContainer" . | nindent 8 }}
        # Without dependencies: reading BSON needs none of them.
        command:
          - python
          - -m
          - pip
          - install
          - --no-cache-dir
          - --disable-pip-version-check
          - --no-deps
          - '--only-binary=:all:'
          - --target=/opt/bson
          - {{ $m.bsonPackage | quote }}
        env:
          - name: HOME
            value: /tmp
          - name: TMPDIR
            value: /tmp
          {{- with $m.extraEnv }}
          {{- toYaml . | nindent 10 }}
          {{- end }}
        resources:
          requests:
            cpu: 50m
            memory: 128Mi
          limits:
            memory: 512Mi
        volumeMounts:
          - name: tmp
            mountPath: /tmp
          - name: bson
            mountPath: /opt/bson
      {{- end }}
    containers:
      - name: migration
        {{- include "stack.migrationContainer" . | nindent 8 }}
        {{- if eq $m.program "image" }}
        command: [librechat-migrate]
        {{- else }}
        command: [python, /migration/librechat_migration.pyz]
        {{- end }}
        args: [run, --log-format, {{ $m.logFormat }}]
        env:
          {{- include "stack.migrationEnv" . | nindent 10 }}
          {{- include "stack.migrationSettings" . | nindent 10 }}
          {{- with $m.extraEnv }}
          {{- toYaml . | nindent 10 }}
          {{- end }}
        {{- include "stack.migrationEnvFrom" . | nindent 8 }}
        resources:
          {{- toYaml $m.resources | nindent 10 }}
        volumeMounts:
          {{- include "stack.migrationMounts" . | nindent 10 }}
          - name: backup
            mountPath: /backup
            readOnly: true
          {{- if $m.reportPvc }}
          - name: reports
            mountPath: /reports
          {{- end }}
          {{- if $m.installBson }}
          - name: bson
            mountPath: /opt/bson
            readOnly: true
          {{- end }}
          {{- with $m.extraVolumeMounts }}
          {{- toYaml . | nindent 10 }}
          {{- end }}
    volumes:
      {{- include "stack.dataVolume" . | nindent 6 }}
      - name: backup
        persistentVolumeClaim:
          claimName: {{ default $m.backupArchivePvc $m.backupPvc }}
          readOnly: true
      - name: migration
        configMap:
          name: {{ include "stack.migrationName" . }}
      - name: tmp
        {{- if $m.tmpVolume }}
        {{- toYaml $m.tmpVolume | nindent 8 }}
        {{- else }}
        emptyDir:
          sizeLimit: {{ $m.tmpSizeLimit }}
        {{- end }}
      {{- if $m.reportPvc }}
      - name: reports
        persistentVolumeClaim:
          claimName: {{ $m.reportPvc }}
      {{- end }}
      {{- if $m.installBson }}
      - name: bson
        emptyDir:
          sizeLimit: 100Mi
      {{- end }}
      {{- with .Values.volumes }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
      {{- with $m.extraVolumes }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    {{- range $name := list "nodeSelector" "tolerations" }}
    {{- with index $m $name }}
    {{ $name }}:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- end }}
    {{- with .Values.hostAliases }}
    hostAliases:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- $affinity := include "stack.migrationAffinity" . }}
    {{- if ne $affinity "{}" }}
    affinity:
      {{- $affinity | nindent 6 }}
    {{- end }}
{{- end -}}

{{- define "stack.migrationContainer" -}}
image: {{ include "stack.migrationImage" . | quote }}
imagePullPolicy: {{ default .Values.image.pullPolicy .Values.migration.image.pullPolicy }}
workingDir: /app/backend
terminationMessagePolicy: FallbackToLogsOnError
securityContext:
  {{- include "stack.migrationContainerSecurityContext" . | nindent 2 }}
{{- end -}}

{{- define "stack.migrationEnvFrom" -}}
{{- with concat .Values.extraEnvFrom .Values.migration.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "stack.migrationMounts" -}}
{{ include "stack.dataMount" . }}
- name: migration
  mountPath: /migration
  readOnly: true
- name: tmp
  mountPath: /tmp
{{- with .Values.volumeMounts.container }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* What became of this very Job before: "" (there is none), "running", "finished" or "failed". */}}
{{- define "stack.migrationBefore" -}}
{{- $job := lookup "batch/v1" "Job" (include "stack.namespace" .) (include "stack.migrationName" .) -}}
{{- $spec := include "stack.migrationJobSpec" . | sha256sum -}}
{{- if eq $spec (dig "metadata" "annotations" "open-webui-stack/spec" "" $job) -}}
{{- $state := "running" -}}
{{- range (dig "status" "conditions" list $job) -}}
{{- if eq .status "True" -}}
{{- $state = get (dict "Complete" "finished" "Failed" "failed" "FailureTarget" "failed") .type | default $state -}}
{{- end -}}
{{- end -}}
{{- $state -}}
{{- end -}}
{{- end -}}

{{/* Where the reports are, for people. */}}
{{- define "stack.migrationReports" -}}
{{- $m := .Values.migration -}}
{{- if $m.reportDir -}}
{{- $m.reportDir }} in the pod{{ with $m.reportPvc }}, where /reports is the claim {{ . }}{{ end -}}
{{- else if $m.reportPvc -}}
on the claim {{ $m.reportPvc }}
{{- else if include "stack.dataOnClaim" . -}}
{{- with .Values.persistence.subPath }}{{ trimSuffix "/" . }}/{{ end -}}
librechat-migration/ on the claim {{ include "stack.claimName" . }}
{{- else -}}
lost with the pod, unless migration.reportPvc names a claim for them
{{- end -}}
{{- end -}}

{{/* The command that says how the migration stands. */}}
{{- define "stack.migrationStateCommand" -}}
{{- $ns := include "stack.namespace" . -}}
kubectl -n {{ $ns }} get jobs,pods --sort-by=.metadata.creationTimestamp \
    -l 'app.kubernetes.io/instance={{ .Release.Name }},app.kubernetes.io/component in (migration, migration-replace)' \
    -o go-template="$(kubectl -n {{ $ns }} get configmap {{ include "stack.migrationName" . }} -o jsonpath='{.data.state}')"
{{- end -}}

{{/* The program in base64, empty where an image brings it. It is in the chart when `make chart` has
     packed it. */}}
{{- define "stack.migrationProgram" -}}
{{- if eq .Values.migration.program "configmap" -}}
{{- with (index .Subcharts "migration-program").Files.Get "librechat_migration.pyz" -}}
{{- b64enc . -}}
{{- else -}}
{{- fail (printf "This chart lacks the program of the migration, which is put in when the chart is packed: run `make chart` in a checkout of the project, and give Helm what that writes, dist/%s-%s.tgz." $.Chart.Name $.Chart.Version) -}}
{{- end -}}
{{- end -}}
{{- end -}}
