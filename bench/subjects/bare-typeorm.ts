import { Controller, Get, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { connection } from './data-source.js';
import { serve } from './host.js';

/** A Nest application that has a database and nothing else: what starting costs anyway. */
@Entity('things')
class Thing {
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id!: string;

  @Column({ type: 'varchar', length: 255 })
  name!: string;
}

@Controller()
class OpenController {
  @Get('open')
  open(): object {
    return { hello: 'world' };
  }
}

@Module({
  imports: [TypeOrmModule.forRoot({ ...connection(), entities: [Thing], synchronize: true })],
  controllers: [OpenController],
})
class BareModule {}

await serve(BareModule);
