{{/* The name of everything that the chart makes. */}}
{{- define "trio-exporter.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Labels that select the pods; they never change for a release. */}}
{{- define "trio-exporter.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "trio-exporter.labels" -}}
{{- $fixed := include "trio-exporter.selector" . | fromYaml -}}
{{- $_ := set $fixed "app.kubernetes.io/version" (.Chart.AppVersion | toString) -}}
{{- $_ := set $fixed "app.kubernetes.io/managed-by" .Release.Service -}}
{{- $_ := set $fixed "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-") -}}
{{- merge $fixed .Values.commonLabels | toYaml -}}
{{- end -}}

{{/* metadata of an object: (dict "root" $ "suffix" "web" "labels" … "annotations" … "namespace" …) */}}
{{- define "trio-exporter.metadata" -}}
{{- $name := include "trio-exporter.fullname" .root -}}
{{- $labels := include "trio-exporter.labels" .root | fromYaml -}}
name: {{ .suffix | empty | ternary $name (printf "%s-%s" $name .suffix) }}
namespace: {{ .namespace | default .root.Release.Namespace }}
labels:
  {{- merge $labels (.labels | default dict) | toYaml | nindent 2 }}
{{- with .annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "trio-exporter.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "trio-exporter.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end -}}

{{- define "trio-exporter.image" -}}
{{- $repository := required "image.repository: name the image that your cluster can pull, such as registry.example/trio-exporter" .Values.image.repository -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" $repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" $repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}
{{- end -}}
