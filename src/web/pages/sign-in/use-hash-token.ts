/** The one-time token of a link, from behind the "#" of the address: that part never reaches a server or its logs. */
import { useLocation } from '@tanstack/react-router';

/** The token; '' where the address has none. */
export function useHashToken(): string {
  const hash = useLocation({ select: (location) => location.hash });
  return new URLSearchParams(hash).get('token') ?? '';
}
