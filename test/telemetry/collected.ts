import { DataPointType, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';

/** Collects when it is asked, and sends nothing anywhere. */
class AskedReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** A `MeterProvider` of OpenTelemetry's SDK, and what was measured by it. */
export class Collected {
  private readonly reader = new AskedReader();
  readonly provider = new MeterProvider({ readers: [this.reader] });

  /** Every number, by the name of its metric and its attributes: `baton.refreshes{how=rotate}`. */
  async numbers(): Promise<Record<string, number>> {
    const { resourceMetrics, errors } = await this.reader.collect();
    if (errors.length > 0) throw new AggregateError(errors);
    const all = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
    return Object.fromEntries(
      all.flatMap((metric) => {
        if (
          metric.dataPointType !== DataPointType.SUM &&
          metric.dataPointType !== DataPointType.GAUGE
        )
          throw new Error(`${metric.descriptor.name} is neither a sum nor a gauge`);
        return metric.dataPoints.map(({ attributes, value }) => {
          const labels = Object.entries(attributes).map(
            ([key, label]) => `${key}=${String(label)}`,
          );
          const suffix = labels.length === 0 ? '' : `{${labels.join(',')}}`;
          return [metric.descriptor.name + suffix, value] as const;
        });
      }),
    );
  }

  /** Those that a scene has changed, and by how much. */
  async changedBy(scene: () => Promise<void>): Promise<Record<string, number>> {
    const before = await this.numbers();
    await scene();
    const after = Object.entries(await this.numbers());
    return Object.fromEntries(
      after
        .map(([name, value]) => [name, value - (before[name] ?? 0)] as const)
        .filter(([name, difference]) => difference !== 0 && !name.endsWith('.age')),
    );
  }
}
