/** A load generator in a process of its own: posts NDJSON events over HTTP, open loop at a rate or as fast as answers come, and reports to its parent. */
import { Agent, request } from 'node:http';

/** What the parent asks for. */
export interface LoadOrder {
  url: string;
  writeKey: string;
  /** events in one request */
  batch: number;
  connections: number;
  seconds: number;
  /** events a second; null: as fast as answers come */
  rate: number | null;
}

/** What the generator saw. Latencies in ms, from the moment a request was due to its whole answer. */
export interface LoadReport {
  accepted: number;
  refused: number;
  errors: number;
  seconds: number;
  latenciesMs: number[];
  /** bytes of one event, on average */
  eventBytes: number;
  cpuSeconds: number;
}

const names = ['page_view', 'add_to_cart', 'checkout', 'purchase', 'search'];
const countries = ['DE', 'US', 'FR', 'JP', 'BR', 'IN'];
let serial = 0;
const run = Math.floor(performance.timeOrigin).toString(36);

/** One NDJSON line of about 216 bytes, with an id of its own. */
function eventLine(nowMs: number): string {
  const n = serial++;
  const id = `${run}-${n.toString(36).padStart(8, '0')}-4f6a-9c1d-8be27a`;
  return `{"name":"${names[n % 5]}","id":"${id}","time":${nowMs},"user":"u_${(n * 7919) % 100_000}","properties":{"path":"/products/${n % 500}","country":"${countries[n % 6]}","amount":${(n % 9000) / 100},"ms":${n % 1200},"plan":"pro","items":${n % 7}}}\n`;
}

function makeBody(count: number): string {
  const nowMs = Date.now();
  let body = '';
  for (let i = 0; i < count; i++) body += eventLine(nowMs);
  return body;
}

function post(order: LoadOrder, agent: Agent, body: string): Promise<{ status: number; text: string }> {
  const headers = {
    authorization: `Bearer ${order.writeKey}`,
    'content-type': 'application/x-ndjson',
    'content-length': Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const call = request(`${order.url}/v1/events`, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    call.on('error', reject);
    call.end(body);
  });
}

async function generate(order: LoadOrder): Promise<LoadReport> {
  const agent = new Agent({ keepAlive: true, maxSockets: order.connections });
  const report: LoadReport = {
    accepted: 0,
    refused: 0,
    errors: 0,
    seconds: 0,
    latenciesMs: [],
    eventBytes: makeBody(1000).length / 1000,
    cpuSeconds: 0,
  };
  const startMs = performance.now();
  const endMs = startMs + order.seconds * 1000;
  const gapMs = order.rate === null ? 0 : (order.batch / order.rate) * 1000;
  let sent = 0;
  const worker = async () => {
    for (;;) {
      const dueMs = order.rate === null ? performance.now() : startMs + gapMs * sent++;
      if (Math.max(dueMs, performance.now()) >= endMs) return;
      if (dueMs > performance.now()) await new Promise((resolve) => setTimeout(resolve, dueMs - performance.now()));
      try {
        const { status, text } = await post(order, agent, makeBody(order.batch));
        report.latenciesMs.push(performance.now() - dueMs);
        if (status === 200) report.accepted += (JSON.parse(text) as { accepted: number }).accepted;
        else report.refused += order.batch;
      } catch {
        report.errors++;
      }
    }
  };
  await Promise.all(Array.from({ length: order.connections }, worker));
  report.seconds = (performance.now() - startMs) / 1000;
  const cpu = process.cpuUsage();
  report.cpuSeconds = (cpu.user + cpu.system) / 1e6;
  agent.destroy();
  return report;
}

process.once('message', (order) => {
  void generate(order as LoadOrder).then((report) => process.send?.(report, () => process.exit(0)));
});

// A parent that was killed leaves no load behind.
process.once('disconnect', () => process.exit(0));
