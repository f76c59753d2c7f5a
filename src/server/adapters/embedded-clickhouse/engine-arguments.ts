/** The embedded engine's configuration: small caches, few background threads, and no way out of the process. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const mebibyte = 1024 * 1024;

/**
 * The caches grow to these sizes with use; the defaults of the engine are gigabytes, made for machines that do nothing else.
 * Merges take at most one of two cores.
 */
const server = {
  max_server_memory_usage_to_ram_ratio: 0.6,
  mark_cache_size: 128 * mebibyte,
  primary_index_cache_size: 64 * mebibyte,
  index_mark_cache_size: 16 * mebibyte,
  query_condition_cache_size: 16 * mebibyte,
  compiled_expression_cache_size: 16 * mebibyte,
  mmap_cache_size: 256,
  background_pool_size: 2,
  background_merges_mutations_concurrency_ratio: 2,
  background_schedule_pool_size: 2,
  max_backups_io_thread_pool_size: 2,
};

/** What the one user of the embedded engine may do: its own tables. Without READ ON FILE, URL and the like there is no other source of rows. */
const grants =
  'SELECT, INSERT, ALTER, CREATE DATABASE, CREATE TABLE, CREATE VIEW, CREATE DICTIONARY, DROP, TRUNCATE, OPTIMIZE, SHOW, KILL QUERY, SYSTEM, dictGet, displaySecretsInShowAndSelect';

/**
 * Writes the engine's configuration into `folder` and returns the arguments that make it read it.
 *
 * TRICKY: without `--config-file` the engine reads `config.xml` and `users.xml` of the working directory, whosever they are.
 */
export function engineArguments(folder: string): string[] {
  const configPath = join(folder, 'engine.xml');
  const usersPath = join(folder, 'users.xml');
  const settings = Object.entries(server).map(([name, value]) => `  <${name}>${value}</${name}>`);
  writeFileSync(
    configPath,
    `<clickhouse>\n  <users_config>${escapeXml(usersPath)}</users_config>\n${settings.join('\n')}\n</clickhouse>\n`,
  );
  writeFileSync(
    usersPath,
    `<clickhouse>
  <profiles><default/></profiles>
  <quotas><default/></quotas>
  <users><default><password/><profile>default</profile><quota>default</quota><networks><ip>::1</ip></networks>
    <grants><query>GRANT ${grants} ON *.*</query></grants>
  </default></users>
</clickhouse>
`,
  );
  return [`--config-file=${configPath}`];
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
