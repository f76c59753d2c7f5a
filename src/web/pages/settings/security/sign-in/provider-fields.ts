/** Reads the form of a sign-in provider. */
import type { ProviderFields } from '../../../../data/admin/sign-in-providers.ts';
import { textOf } from '../../../../ui/form/Form.tsx';

/** Words between spaces, commas and line ends. */
export function wordsOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter((word) => word !== '');
}

/** `attribute = claim`, one a line, as a record; lines without "=" are left out. */
export function claimsOf(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const [attribute = '', claim = ''] = line.split('=').map((part) => part.trim());
      return attribute === '' || claim === '' ? [] : [[attribute, claim] as const];
    }),
  );
}

/** The claims as they are typed. */
export function claimsText(claims: Readonly<Record<string, string>>): string {
  return Object.entries(claims)
    .map(([attribute, claim]) => `${attribute} = ${claim}`)
    .join('\n');
}

/** The provider that the fields say; an empty secret keeps the one that is there, and means none for a new one. */
export function providerOf(fields: FormData, isNew: boolean): ProviderFields {
  const secret = textOf(fields, 'clientSecret');
  const role = textOf(fields, 'role');
  return {
    name: textOf(fields, 'name'),
    issuer: textOf(fields, 'issuer'),
    clientId: textOf(fields, 'clientId'),
    ...(secret !== '' ? { clientSecret: secret } : isNew ? { clientSecret: null } : {}),
    scopes: wordsOf(textOf(fields, 'scopes')),
    allowedDomains: wordsOf(textOf(fields, 'domains')),
    linksByEmail: fields.get('linksByEmail') === 'on',
    autoJoin: role === '' ? null : { workspaceId: textOf(fields, 'workspaceId'), role },
    attributeClaims: claimsOf(textOf(fields, 'claims')),
    handlesTwoFactor: fields.get('handlesTwoFactor') === 'on',
    isOn: fields.get('isOn') === 'on',
  };
}
