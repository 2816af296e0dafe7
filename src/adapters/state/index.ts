/**
 * adapters/state: the state directory and the small files in it. Secrets have mode 0600 and are refused otherwise.
 *
 *   postern.db    the store          master.key   seals the keys in the store      admin.token  the operator's token
 *   identity.key  the gateway's own key
 *   ports.json    where the running gateway listens
 */
export { openAuthorities } from './authorities.ts';
export { openBackendSecurity } from './backend-security.ts';
export { prepareStateDirectory } from './directory.ts';
export { createSecretFile, readSecretFile, removeFile, replaceFile } from './files.ts';
export { type Identity, openIdentity } from './identity.ts';
export { type MasterKeyFile, openAdminToken, openMasterKey, type TokenFile } from './secrets.ts';
export { watchFiles } from './watch.ts';
