/** Where the engine answers: a child that we start ourselves or a server somewhere else. */
import type { WarehouseHealth } from './warehouse.ts';

/** How to reach a ClickHouse HTTP interface. */
export interface WarehouseAddress {
  url: string;
  username: string;
  password: string;
  database: string;
}

/** A ClickHouse HTTP interface whose address may change when it restarts. */
export interface WarehouseServer {
  /** null while it cannot be reached */
  address(): WarehouseAddress | null;
  health(): WarehouseHealth;
  /** called on every change of health */
  onHealth(listener: (health: WarehouseHealth) => void): () => void;
  close(): Promise<void>;
}
