import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';

/** Everybody who reaches the port may ask: a load balancer does not pass it on. */
@ApiExcludeController()
@Controller('metrics')
export class MetricsController {
  private readonly serializer = new PrometheusSerializer();

  constructor(private readonly exporter: PrometheusExporter) {}

  /** @see https://prometheus.io/docs/instrumenting/exposition_formats/ */
  @Get()
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  @Header('Cache-Control', 'no-store')
  async metrics(): Promise<string> {
    const { resourceMetrics } = await this.exporter.collect();
    return this.serializer.serialize(resourceMetrics);
  }
}
