/** The page that shows the application's operation: its own page with the operation's panel open. */
export function operationPage(applicationPage: string): string {
  if (!URL.canParse(applicationPage)) return applicationPage;
  const url = new URL(applicationPage);
  url.searchParams.set('operation', 'true');
  return url.href;
}
