/** What this page looks at: a workspace, and maybe as a role. It stands in the address, goes with every call, and keeps answers apart. */

/** Ids; null: the workspace that the server picks, and with all that one may. */
export interface Looking {
  workspaceId: string | null;
  seeAs: string | null;
}

const workspaceHeader = 'bellwether-workspace' satisfies typeof import('../../shared/contract/identity.ts').workspaceHeader;
const seeAsHeader = 'bellwether-see-as' satisfies typeof import('../../shared/contract/roles.ts').seeAsHeader;

const lastKey = 'bellwether.workspace';
const idPattern = /^[\x21-\x7e]{1,64}$/;

let current: Looking = { workspaceId: null, seeAs: null };

function remembered(): string | null {
  try {
    return localStorage.getItem(lastKey);
  } catch {
    return null;
  }
}

/** An id from an address; undefined where it can be none. */
export function idFrom(text: unknown): string | undefined {
  return typeof text === 'string' && idPattern.test(text) ? text : undefined;
}

/** Looks where an address says; without a word in it, at the workspace that this browser looked at last. */
export function lookAt(address: { workspace?: string | undefined; as?: string | undefined }): void {
  current = { workspaceId: address.workspace ?? idFrom(remembered()) ?? null, seeAs: address.as ?? null };
}

/** What is looked at. */
export function looking(): Looking {
  return current;
}

/** Remembers the workspace for the next page that is opened without one in its address; null forgets it. */
export function rememberWorkspace(workspaceId: string | null): void {
  try {
    if (workspaceId === null) localStorage.removeItem(lastKey);
    else localStorage.setItem(lastKey, workspaceId);
  } catch {
    // storage may be forbidden; the server picks then
  }
}

/** The headers that say it to the server. */
export function lookingHeaders({ workspaceId, seeAs }: Looking = current): Record<string, string> {
  return {
    ...(workspaceId === null ? {} : { [workspaceHeader]: workspaceId }),
    ...(seeAs === null ? {} : { [seeAsHeader]: seeAs }),
  };
}

/** Differs wherever answers may differ; in front of the key of every answer that is kept. */
export function lookingKey({ workspaceId, seeAs }: Looking = current): string {
  return `${workspaceId ?? ''}|${seeAs ?? ''}`;
}
