/** What `--help` prints. */
export const usage = `Usage: hook COMMAND [options]

For a Job that is a hook of Argo CD: tells the handler of Argo CD for Azure Pipelines that it runs.

Commands
  queue            Queue a pipeline, once for each operation of Argo CD.
  notify           Only tell that the hook runs, so that the handler looks at once.
  wait             Wait for the follow-ups that there are in this operation; fails without any.

Which hook this is (from the downward API, docs/hooks.md)
  --application N  Application; default: ARGOCD_APP_NAME, or the tracking id in HOOK_TRACKING_ID
  --job NAME       Name of the Job; default: HOOK_JOB
  --namespace NS   Its namespace; default: HOOK_NAMESPACE
  --phase PHASE    For a hook of several phases: PreSync, Sync, PostSync, SyncFail, PreDelete, PostDelete
  --argocd NAME    The Argo CD instance, where the grants name several

What is queued
  --pipeline REF   project/pipeline or organization/project/pipeline, each by name or id
  --branch, --tag, --commit TEXT
  --parameter NAME=TEXT, --variable NAME=TEXT, --skip-stage NAME   may be repeated
                   {{application}}, {{revision}}, {{phase}} and the like stand for the event
  --each attempt   Once more for each time that Argo CD retries the operation

How it ends
  --wait           Wait, and succeed only if the pipeline does
  --timeout TIME   How long to wait, such as 90s, 30m or 2h; default: 1h
  --on-unreachable fail or ignore (default: fail): when the handler cannot be asked
  --retry-for TIME How long to try to reach it; default: 2m

Whom it tells
  --handler URL    Default: HOOK_HANDLER
  --token-file F   The projected token of the service account;
                   default: /var/run/secrets/argocd-handler/token
  --caller NAME    The entry in hooks.callers of the handler, where it has several
  --key-file FILE  Sign by a shared key instead of the token; needs --caller

Without a handler (docs/hooks.md says what that cannot promise)
  --direct         Call Azure Pipelines itself; needs --organization, and --pat-file or --pat-env
  --web-hook NAME  Post to an Incoming WebHook service connection; needs --organization
  --organization URL   https://dev.azure.com/fabrikam
  --pat-file FILE, --pat-env NAME   where a personal access token is
  --secret-file FILE   the secret of the web hook
  --header NAME    the header of its signature; default: X-Hub-Signature

It exits with 0 on success, 1 when the follow-up failed or was refused, 2 for invalid arguments, 3 when
nobody could be asked, 4 when the time was up, 143 when it was asked to end.
`;
