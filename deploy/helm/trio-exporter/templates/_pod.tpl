{{/* The pod template of the Deployment and of the StatefulSet. */}}
{{- define "trio-exporter.pod" -}}
{{- $access := include "trio-exporter.access" . | fromJson -}}
{{- $sources := (include "trio-exporter.targets" . | fromJson).sources -}}
{{- $labels := include "trio-exporter.labels" . | fromYaml -}}
{{- $_ := unset $labels "helm.sh/chart" -}}
metadata:
  labels:
    {{- merge $labels .Values.podLabels | toYaml | nindent 4 }}
  {{- $annotations := deepCopy .Values.podAnnotations }}
  {{- if .Values.restartOnConfigChange }}
  {{- $_ := set $annotations "checksum/config" (include "trio-exporter.configMap" . | sha256sum) }}
  {{- end }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "trio-exporter.serviceAccountName" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
  {{- with .Values.podSecurityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- range $key := list "imagePullSecrets" "priorityClassName" "nodeSelector" "tolerations" "affinity" "topologySpreadConstraints" "hostAliases" "dnsConfig" }}
  {{- with index $.Values $key }}
  {{- dict $key . | toYaml | nindent 2 }}
  {{- end }}
  {{- end }}
  containers:
    - name: trio-exporter
      {{- include "trio-exporter.container" . | nindent 6 }}
  volumes:
    - name: config
      configMap:
        name: {{ include "trio-exporter.fullname" . }}
    {{- with $sources }}
    - name: credentials
      projected:
        defaultMode: 288 # 0440
        sources:
          {{- toYaml . | nindent 10 }}
    {{- end }}
    {{- with $access.secret }}
    - name: web
      secret:
        secretName: {{ . }}
        defaultMode: 288 # 0440
    {{- end }}
    {{- with .Values.web.tls.existingSecret }}
    - name: tls
      secret:
        secretName: {{ . }}
        defaultMode: 288 # 0440
    {{- end }}
    {{- with .Values.web.probeUser }}
    {{- if .name }}
    - name: probe
      secret:
        secretName: {{ required "web.probeUser.existingSecret: name the Secret that holds the password of web.probeUser.name" .existingSecret }}
        defaultMode: 288 # 0440
        items: [{key: {{ .key | quote }}, path: password}]
    {{- end }}
    {{- end }}
    {{- if and .Values.persistence.enabled (eq (int .Values.shards) 1) }}
    - name: state
      persistentVolumeClaim:
        claimName: {{ .Values.persistence.existingClaim | default (printf "%s-state" (include "trio-exporter.fullname" .)) }}
    {{- end }}
    {{- with .Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{- define "trio-exporter.container" -}}
{{- $access := include "trio-exporter.access" . | fromJson -}}
image: {{ include "trio-exporter.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
args:
  - --config.file=/etc/trio-exporter/config/trio-exporter.yml
  - --web.listen-address=:10427
  - --log.level={{ .Values.log.level }}
  - --log.format={{ .Values.log.format }}
  {{- with concat $access.flags .Values.extraArgs }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
env:
  - name: POD_NAME
    valueFrom: {fieldRef: {fieldPath: metadata.name}}
  {{- if gt (int .Values.shards) 1 }}
  # The number of a pod is at the end of its name.
  - name: TRIO_EXPORTER_SHARD
    value: auto/{{ int .Values.shards }}
  {{- end }}
  {{- with .Values.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .Values.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
ports:
  - name: http
    containerPort: 10427
livenessProbe:
  {{- include "trio-exporter.probe" (dict "root" . "path" "/-/healthy" "question" list) | nindent 2 }}
  {{- with .Values.livenessProbe }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
readinessProbe:
  {{- include "trio-exporter.probe" (dict "root" . "path" "/-/ready" "question" (list "--ready")) | nindent 2 }}
  {{- with .Values.readinessProbe }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .Values.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.securityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumeMounts:
  - {name: config, mountPath: /etc/trio-exporter/config, readOnly: true}
  {{- if (include "trio-exporter.targets" . | fromJson).sources }}
  - {name: credentials, mountPath: /etc/trio-exporter/credentials, readOnly: true}
  {{- end }}
  {{- if $access.secret }}
  - {name: web, mountPath: /etc/trio-exporter/web, readOnly: true}
  {{- end }}
  {{- if .Values.web.tls.existingSecret }}
  - {name: tls, mountPath: /etc/trio-exporter/tls, readOnly: true}
  {{- end }}
  {{- if .Values.web.probeUser.name }}
  - {name: probe, mountPath: /etc/trio-exporter/probe, readOnly: true}
  {{- end }}
  {{- if .Values.persistence.enabled }}
  - {name: state, mountPath: /var/lib/trio-exporter}
  {{- end }}
  {{- with .Values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}
