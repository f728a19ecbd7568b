/** What `--help` prints. */
export const usage = `Usage: hook COMMAND [options]

For Jobs that are hooks of Argo CD: calls the handler of Argo CD for Azure Pipelines.

Commands
  queue            Queue a pipeline, once for each operation of Argo CD.
  complete         Make sure that the handler completes the Azure Pipelines task that waits for this
                   operation (ArgoCDSyncDirect@1); succeeds if no task waits.
  notify           Report that the hook runs, so that the handler reads the application at once.
  wait             Wait for the follow-ups of this operation; fails if there are none.

The hook (from the downward API, see docs/hooks.md)
  --application N  Application; default: ARGOCD_APP_NAME, or the tracking id in HOOK_TRACKING_ID, or
                   the one that the handler's grants name
  --own-job        Read it from the tracking id of the hook's own Job, through the Kubernetes API
  --job NAME       Name of the Job; default: HOOK_JOB
  --namespace NS   Its namespace; default: HOOK_NAMESPACE. Without both, the handler finds the Job by
                   the pod that the token belongs to
  --phase PHASE    For a hook of several phases: PreSync, Sync, PostSync, SyncFail, PreDelete, PostDelete
  --argocd NAME    The Argo CD instance, if the grants name several

What to queue
  --pipeline REF   project/pipeline or organization/project/pipeline, each by name or id
  --branch, --tag, --commit TEXT
  --parameter NAME=TEXT, --variable NAME=TEXT, --skip-stage NAME   may be repeated
                   {{application}}, {{revision}}, {{phase}} and others are filled in from the event
  --each attempt   Queue again each time Argo CD retries the operation

Waiting and errors
  --wait           Wait, and succeed only if the pipeline does
  --timeout TIME   How long to wait, such as 90s, 30m or 2h; default: 1h
  --on-unreachable fail or ignore: what to do if the handler cannot be reached; default: fail
  --retry-for TIME How long to try to reach it; default: 2m

The handler
  --handler URL    Default: HOOK_HANDLER
  --token-file F   File with the projected service account token;
                   default: /var/run/secrets/argocd-handler/token
  --caller NAME    Name in the handler's hooks.callers, if it has several
  --key-file FILE  Sign with a shared key instead of sending the token; needs --caller

Without a handler (limits: docs/hooks.md)
  --direct         Call Azure Pipelines directly; needs --organization, and one of
                   --workload-identity, --pat-file and --pat-env
  --web-hook NAME  Post to an Incoming WebHook service connection; needs --organization
  --organization URL   https://dev.azure.com/fabrikam
  --workload-identity  Use an Entra identity with the token of the pod (Azure Workload Identity).
                   AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE and
                   AZURE_AUTHORITY_HOST, or --tenant, --client-id, --azure-token-file, --authority
  --pat-file FILE, --pat-env NAME   where to find a personal access token
  --secret-file FILE   the secret of the webhook
  --header NAME    the header of its signature; default: X-Hub-Signature

Exit codes: 0 success, 1 the follow-up failed or was refused, 2 invalid arguments, 3 the handler cannot
be reached, 4 timeout, 143 terminated.
`;
