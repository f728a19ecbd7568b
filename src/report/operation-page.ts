/** The URL of the application's page with the operation panel open. */
export function operationPage(applicationPage: string): string {
  if (!URL.canParse(applicationPage)) return applicationPage;
  const url = new URL(applicationPage);
  url.searchParams.set('operation', 'true');
  return url.href;
}
