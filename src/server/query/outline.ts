/** A question without its values, which may be personal: for records of who asked what. */

/** What a question asks, as far as it is one: kind, fields, measures and range, and no value that is compared with. */
export function outlineOf(message: unknown): Record<string, unknown> {
  if (typeof message !== 'object' || message === null) return {};
  const { query = message, channel } = message as { query?: unknown; channel?: unknown };
  if (typeof channel === 'string') return { channel };
  if (typeof query !== 'object' || query === null) return {};
  const { kind, dataset = 'events', by, metrics, where, range, columns } = query as Record<string, unknown>;
  return {
    kind,
    dataset,
    ...(Array.isArray(by) && by.length > 0 ? { by } : {}),
    ...(Array.isArray(columns) ? { columns } : {}),
    ...(Array.isArray(metrics) ? { metrics: metrics.map(measureOf) } : {}),
    ...(Array.isArray(where) && where.length > 0 ? { fields: [...new Set(where.flatMap(fieldsOf))] } : {}),
    ...(range === undefined ? {} : { range }),
  };
}

function measureOf(metric: unknown): unknown {
  const { metric: name, aggregate, of } = (metric ?? {}) as Record<string, unknown>;
  return name ?? (of === undefined ? aggregate : `${String(aggregate)} ${String(of)}`);
}

function fieldsOf(condition: unknown): string[] {
  if (typeof condition !== 'object' || condition === null) return [];
  const { field, any, all, not } = condition as Record<string, unknown>;
  if (typeof field === 'string') return [field];
  return [any, all].flatMap((list) => (Array.isArray(list) ? list.flatMap(fieldsOf) : [])).concat(fieldsOf(not));
}
