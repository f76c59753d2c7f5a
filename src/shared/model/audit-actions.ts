/** The actions of the audit log in words. An action is an operation of the contract, or one of the few names that are no call. */

/** What is read after the name of whoever acted: "Ada *asked a question*". */
export const auditActions: Readonly<Record<string, string>> = {
  // asking and taking away
  query: 'asked a question',
  subscribeLive: 'followed something live',
  connectLive: 'connected for live data',
  sql: 'ran SQL',
  export: 'exported events',
  exportAudit: 'exported the audit log',
  verifyAudit: 'verified the audit log',
  // sign-in and account
  signIn: 'signed in',
  secondFactor: 'entered a second factor',
  signOut: 'signed out',
  signUp: 'signed up as the first owner',
  forgotPassword: 'asked for a link for a new password',
  resetPassword: 'set a new password by a link',
  changePassword: 'changed their password',
  changeAccount: 'changed their name',
  endSession: 'ended one of their sessions',
  endOtherSessions: 'ended all their other sessions',
  beginTwoFactor: 'began to set up a second factor',
  confirmTwoFactor: 'turned their second factor on',
  disableTwoFactor: 'turned their second factor off',
  newRecoveryCodes: 'made new recovery codes',
  forgetDevices: 'forgot their trusted devices',
  linkProvider: 'linked a sign-in provider to their account',
  unlinkProvider: 'unlinked a sign-in provider from their account',
  createToken: 'made a personal token',
  revokeToken: 'revoked a personal token',
  readNotifications: 'read notifications',
  // people, roles, groups
  createInvitation: 'invited somebody',
  deleteInvitation: 'withdrew an invitation',
  lookAtInvitation: 'looked at an invitation',
  acceptInvitation: 'accepted an invitation',
  changeMember: 'changed what a member may do',
  removeMember: 'took a member out of the workspace',
  unlockPerson: 'unlocked a person',
  resetLink: 'made a link for the password of another',
  erasePerson: 'erased a person',
  changeOperator: 'changed who runs the installation',
  createRole: 'made a role',
  changeRole: 'changed a role',
  deleteRole: 'deleted a role',
  createGroup: 'made a group',
  changeGroup: 'changed a group',
  deleteGroup: 'deleted a group',
  // keys and tokens
  createKey: 'made a key',
  changeKey: 'changed a key',
  rotateKey: 'gave a key a new secret',
  revokeKey: 'revoked a key',
  rotateEmbedSecret: 'made a new secret for embed tokens',
  deleteEmbedSecret: 'took the secret for embed tokens away',
  setEmbed: 'changed the settings of embedding',
  signEmbedToken: 'signed an embed token',
  setOutside: 'changed how outside tokens are taken',
  deleteOutside: 'stopped taking outside tokens',
  // workspace and installation
  createWorkspace: 'made a workspace',
  renameWorkspace: 'renamed the workspace',
  leaveWorkspace: 'left the workspace',
  createSignInProvider: 'added a sign-in provider',
  changeSignInProvider: 'changed a sign-in provider',
  deleteSignInProvider: 'removed a sign-in provider',
  checkSignInProvider: 'tried a sign-in provider',
  setSignInRules: 'changed the rules of signing in',
  setInstallationSignInRules: 'changed the rules of signing in for all workspaces',
  backup: 'took a backup',
  auditChainBegan: 'began the audit log of a workspace',
  serverStarted: 'started',
  serverStopped: 'stopped',
  // security
  setWatch: 'changed what the watch does',
  watchActed: 'answered something suspicious',
  undoAct: 'took an answer to an incident back',
  // data and boards
  startImport: 'started an import',
  progressImport: 'went on with an import',
  undoImport: 'undid an import',
  createDashboard: 'made a dashboard',
  replaceDashboard: 'changed a dashboard',
  deleteDashboard: 'deleted a dashboard',
  addChannel: 'added a notification channel',
  changeChannel: 'changed a notification channel',
  deleteChannel: 'deleted a notification channel',
  rotateChannel: 'gave a webhook a new secret',
  testChannel: 'tried a notification channel',
  retryDelivery: 'tried a delivery again',
};

/** The action in words; one that is not in the table is taken apart: `deleteGreenThing` is "delete green thing". */
export function actionSentence(action: string): string {
  if (Object.hasOwn(auditActions, action)) return auditActions[action]!;
  return action
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[._:-]+/g, ' ')
    .toLowerCase();
}
