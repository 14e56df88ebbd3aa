/** True for addresses and names that never leave the machine. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return bare === 'localhost' || bare.endsWith('.localhost') || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare);
}

/** The same for a Host header, which carries a port. A request without one comes from no browser. */
export function isLoopbackHost(header: string | undefined): boolean {
  return header === undefined || header === '' || isLoopback(header.replace(/:\d+$/, ''));
}
