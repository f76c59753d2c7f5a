/** The names of the roles that every workspace has, as people read them. */

const names: Readonly<Record<string, string>> = {
  owner: 'Owner',
  admin: 'Admin',
  analyst: 'Analyst',
  editor: 'Editor',
  viewer: 'Viewer',
  auditor: 'Auditor',
};

/** The name of the role with this id; undefined where the workspace made it itself. */
export function builtInName(roleId: string): string | undefined {
  return names[roleId];
}
