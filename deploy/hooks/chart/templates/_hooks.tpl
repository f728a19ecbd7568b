{{/* All hooks whose pipeline is set, with their service accounts. Use it in a template of your chart: `{{ include "argocd-hooks.all" . }}`. */}}
{{- define "argocd-hooks.all" -}}
{{- $values := index .Values "argocd-hooks" -}}
{{- if or $values.preSync.pipeline $values.postSync.pipeline $values.syncFail.pipeline $values.preDelete.pipeline }}
---
{{ include "argocd-hooks.serviceAccount" . }}
{{- end }}
{{- range $key, $phase := dict "preSync" "PreSync" "postSync" "PostSync" "syncFail" "SyncFail" "preDelete" "PreDelete" }}
{{- if (index $values $key).pipeline }}
---
{{ include "argocd-hooks.job" (dict "root" $ "hook" $key "phase" $phase) }}
{{- end }}
{{- end }}
{{- if $values.postDelete.pipeline }}
---
{{ include "argocd-hooks.postDeleteAccount" . }}
---
{{ include "argocd-hooks.job" (dict "root" $ "hook" "postDelete" "phase" "PostDelete") }}
{{- end }}
{{- end }}

{{/* The identity of the hooks. A PreSync hook needs its account before anything of the Sync phase exists. */}}
{{- define "argocd-hooks.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ (index .Values "argocd-hooks").serviceAccount }}
  labels:
    app.kubernetes.io/name: argocd-hooks
  annotations:
    argocd.argoproj.io/hook: PreSync
    argocd.argoproj.io/hook-delete-policy: BeforeHookCreation
    argocd.argoproj.io/sync-wave: '-10'
automountServiceAccountToken: false
{{- end }}

{{/* A separate account, since that of the other hooks is deleted with the application's resources, before these run. */}}
{{- define "argocd-hooks.postDeleteAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: argocd-post-delete
  labels:
    app.kubernetes.io/name: argocd-hooks
  annotations:
    argocd.argoproj.io/hook: PostDelete
    argocd.argoproj.io/hook-delete-policy: HookSucceeded
automountServiceAccountToken: false
{{- end }}

{{/* The Job of one hook: (dict "root" . "hook" "postSync" "phase" "PostSync"); set `name` if there are several. */}}
{{- define "argocd-hooks.job" -}}
{{- $values := index .root.Values "argocd-hooks" -}}
{{- $hook := index $values .hook -}}
{{- $isDeletion := has .phase (list "PreDelete" "PostDelete") -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .name | default (printf "argocd-%s" (kebabcase .phase)) }}
  labels:
    app.kubernetes.io/name: argocd-hooks
  annotations:
    argocd.argoproj.io/hook: {{ .phase }}
    argocd.argoproj.io/hook-delete-policy: {{ ternary "HookSucceeded" "BeforeHookCreation" $isDeletion }}
spec:
  backoffLimit: 1
  activeDeadlineSeconds: {{ $hook.deadline }}
  podFailurePolicy:
    rules:
      - action: FailJob
        onExitCodes:
          operator: In
          values: [1, 2, 4]
  template:
    metadata:
      labels:
        app.kubernetes.io/name: argocd-hooks
      annotations:
        azure-pipelines/application: {{ $values.application | default .root.Release.Name | quote }}
    spec:
      restartPolicy: Never
      serviceAccountName: {{ ternary "argocd-post-delete" $values.serviceAccount (eq .phase "PostDelete") }}
      automountServiceAccountToken: false
      enableServiceLinks: false
      terminationGracePeriodSeconds: 10
      securityContext:
        runAsNonRoot: true
        runAsUser: 65532
        runAsGroup: 65532
        fsGroup: 65532
        seccompProfile:
          type: RuntimeDefault
      containers:
        - name: hook
          image: {{ $values.image | quote }}
          imagePullPolicy: IfNotPresent
          command: [node, /app/hook.js]
          args:
            - queue
            {{- if $isDeletion }}
            - --phase
            - {{ .phase }}
            {{- end }}
            - --pipeline
            - {{ $hook.pipeline | quote }}
            {{- if $hook.wait }}
            - --wait
            {{- end }}
            {{- with $hook.timeout }}
            - --timeout
            - {{ . | quote }}
            {{- end }}
            {{- with $hook.onUnreachable }}
            - --on-unreachable
            - {{ . }}
            {{- end }}
            {{- range $hook.args }}
            - {{ . | quote }}
            {{- end }}
          env:
            - name: HOOK_HANDLER
              value: {{ $values.handler | quote }}
            - name: ARGOCD_APP_NAME
              valueFrom:
                fieldRef:
                  fieldPath: metadata.annotations['azure-pipelines/application']
            - name: HOOK_JOB
              valueFrom:
                fieldRef:
                  fieldPath: metadata.labels['batch.kubernetes.io/job-name']
            - name: HOOK_NAMESPACE
              valueFrom:
                fieldRef:
                  fieldPath: metadata.namespace
          resources:
            {{- toYaml $values.resources | nindent 12 }}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop: [ALL]
          volumeMounts:
            - name: token
              mountPath: /var/run/secrets/argocd-handler
              readOnly: true
      volumes:
        - name: token
          projected:
            sources:
              - serviceAccountToken:
                  path: token
                  audience: {{ $values.audience | quote }}
                  expirationSeconds: 3600
{{- end }}
