/** Tells whoever holds connections open that credentials have ended or changed on this node. */

/** Whose credentials: those of one principal, or whatever a workspace's token settings let in. */
export type Ended = { principalId: string } | { workspaceId: string };

/** Hears of it; asks again whether those connections may stay. */
export type EndedListener = (ended: Ended) => void;

/** Listeners, and what tells them. */
export interface EndedCredentials {
  listen(listener: EndedListener): void;
  tell(ended: Ended): void;
}

/** Nobody listens yet. */
export function createEndedCredentials(): EndedCredentials {
  const listeners: EndedListener[] = [];
  return {
    listen: (listener) => void listeners.push(listener),
    tell: (ended) => {
      for (const listener of listeners) listener(ended);
    },
  };
}
