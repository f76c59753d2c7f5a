/** Lets no text become markup or a script on this page: the default policy of Trusted Types, which the content policy demands. */

interface TrustedTypes {
  createPolicy(name: string, rules: Record<'createHTML', (text: string) => string | null>): unknown;
}

/**
 * What text may become markup: none at all. zrender 6 empties elements by setting their markup to nothing; whatever else is
 * set is refused by the browser, and so is every text that is to become a script.
 */
const trustedTypes = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
trustedTypes?.createPolicy('default', { createHTML: (text) => (text === '' ? text : null) });
