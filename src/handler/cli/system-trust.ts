import tls from 'node:tls';

/**
 * Has every connection of this process trust what the operating system trusts, besides what Node
 * trusts. Takes some 80 ms, once.
 */
export function trustSystemAuthorities(): void {
  const authorities = [...tls.getCACertificates('default'), ...tls.getCACertificates('system')];
  tls.setDefaultCACertificates([...new Set(authorities)]);
}
