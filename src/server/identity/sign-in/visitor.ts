/** Whoever is at the door: what their request tells, and the cookies that we give them. */
import type { SignInAttempt } from './attempt-log.ts';

/** A request, as far as sign-in looks at it. */
export interface Visitor {
  headers: Headers;
  /** from the socket or a trusted proxy */
  address: string;
  /** ISO 3166 code; null: not known */
  country: string | null;
}

const mostUserAgent = 300;

/** What of a visitor goes into the log of tries. */
export function placeOf(visitor: Visitor): Pick<SignInAttempt, 'address' | 'userAgent' | 'country'> {
  return { address: visitor.address, userAgent: userAgentOf(visitor), country: visitor.country };
}

/** The `User-Agent`, cut to what is kept. */
export function userAgentOf({ headers }: Visitor): string {
  return (headers.get('user-agent') ?? '').slice(0, mostUserAgent);
}

/** A cookie of ours besides the session's: read from requests, and made for answers. */
export interface OwnCookie {
  /** its value, or null */
  read(headers: Headers): string | null;
  /** a `Set-Cookie` value */
  set(value: string, maxAgeMs: number): string;
  clear(): string;
}

/** The cookie `bellwether.NAME`: for this host and our calls alone, out of reach of scripts; over https under `__Host-`. */
export function ownCookie(name: string, isHttps: boolean): OwnCookie {
  const fullName = `${isHttps ? '__Host-' : ''}bellwether.${name}`;
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isHttps ? '; Secure' : ''}`;
  return {
    read: (headers) => {
      for (const part of (headers.get('cookie') ?? '').split(';')) {
        const [key = '', value = ''] = part.trim().split('=', 2);
        if (key === fullName && /^[\w-]{1,200}$/.test(value)) return value;
      }
      return null;
    },
    set: (value, maxAgeMs) => `${fullName}=${value}; Max-Age=${Math.floor(maxAgeMs / 1_000)}; ${attributes}`,
    clear: () => `${fullName}=; Max-Age=0; ${attributes}`,
  };
}
