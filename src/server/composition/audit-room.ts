/** Opens the audit log: seals it every minute, and streams it where it is wanted. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createAudit, type AuditLog } from '../audit/audit.ts';
import { PersonKeyring } from '../audit/personal.ts';
import { cefLines, jsonLines } from '../audit/stream/stream-line.ts';
import { startStream, type AuditStream } from '../audit/stream/stream.ts';
import type { Catalog } from '../catalog/schema.ts';
import type { StreamTarget } from '../config-values.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../ports/clock.ts';
import type { LineSink } from '../ports/line-sink.ts';
import type { Log } from '../ports/log.ts';
import { createSealer } from '../sealing/sealer.ts';
import type { Secrets } from '../sealing/secrets.ts';
import { dataPlaces } from './places.ts';

/** What the audit log is opened with. */
export interface AuditRoomParts {
  config: Pick<Config, 'dataFolder' | 'auditHeadsFile' | 'auditStream'>;
  catalog: Catalog;
  secrets: Secrets;
  version: string;
  clock: Clock;
  stopwatch(): number;
  log: Log;
  openSink(to: StreamTarget): LineSink;
}

/** The audit log while the server runs. */
export interface AuditRoom {
  audit: AuditLog;
  /** null: it is not streamed */
  stream: Pick<AuditStream, 'state'> | null;
  /** Writes what waits, seals it, hands it over. */
  close(): Promise<void>;
}

const sealEveryMs = 60_000;
/** how long a call waits for its entry; one that a slow catalog has not taken by then is written all the same */
const patienceMs = 1_000;

/** Opens the audit log of `catalog`. */
export function openAuditRoom(parts: AuditRoomParts): AuditRoom {
  const { config, catalog, secrets, clock, log } = parts;
  const sealer = createSealer(secrets, randomBytes);
  const headsFile = config.auditHeadsFile ?? dataPlaces(config.dataFolder).auditHeads;
  const audit = createAudit({ ...parts, sealer, randomBytes, headsFile, patienceMs });
  const seal = () =>
    audit
      .signHeads()
      .catch((error: unknown) => log.warn({ err: error }, 'the audit log could not be sealed; it is tried again in a minute'));
  const sealing = setInterval(() => void seal(), sealEveryMs).unref();
  const { auditStream } = config;
  const stream =
    auditStream === null
      ? null
      : startStream({
          db: catalog.db,
          keyring: new PersonKeyring(sealer, randomBytes),
          sink: parts.openSink(auditStream.to),
          lines: auditStream.format === 'cef' ? cefLines(parts.version) : jsonLines,
          target: createHash('sha256').update(JSON.stringify(auditStream)).digest('hex').slice(0, 32),
          holder: randomUUID(),
          isPersonal: auditStream.isPersonal,
          clock,
          log,
        });
  if (stream !== null) audit.listen(() => stream.nudge());
  return {
    audit,
    stream,
    close: async () => {
      clearInterval(sealing);
      await audit.close();
      await seal();
      await stream?.close();
    },
  };
}
