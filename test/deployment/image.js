/** Goes through the steps of a Dockerfile without an engine: a folder for each stage, its commands with this Node. */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../package/steps.js';

/** What a stage has become. */
class Stage {
  environment = {};
  workingDirectory = '/';
  command = [];
  healthCommand = '';

  constructor(root) {
    this.root = root;
    mkdirSync(root, { recursive: true });
  }

  /** Where a path of the image is on this machine. */
  path(path) {
    return path.startsWith('/')
      ? join(this.root, path)
      : join(this.root, this.workingDirectory, path);
  }
}

/** What each instruction does; what is not here (`EXPOSE`, `VOLUME`, `USER`) needs an engine. */
const DOES = {
  WORKDIR(stage, [path]) {
    stage.workingDirectory = path;
    mkdirSync(stage.path('.'), { recursive: true });
  },
  ENV(stage, pairs) {
    for (const pair of pairs) {
      const [name, ...value] = pair.split('=');
      stage.environment[name] = value.join('=');
    }
  },
  COPY(stage, parts, { stages, context, flags }) {
    const from = flags.find((flag) => flag.getName() === 'from')?.getValue();
    const target = parts.at(-1);
    for (const source of parts.slice(0, -1)) {
      const path = from === undefined ? join(context, source) : stages[from].path(source);
      const into = target.endsWith('/') ? join(target, source.split('/').at(-1)) : target;
      cpSync(path, stage.path(into), { recursive: true });
    }
  },
  async RUN(stage, _parts, { text }) {
    // There is no user of that name here.
    const command = text.replace('chown node:node', 'ls -d');
    await run(stage.path('.'), 'bash', '-euc', command);
  },
  HEALTHCHECK(stage, _parts, { text }) {
    stage.healthCommand = text.replace(/^.*?CMD /s, '');
  },
  CMD(stage, _parts, { text }) {
    stage.command = JSON.parse(text);
  },
};

/**
 * @param parse of `dockerfile-ast`
 * @param context the files that `.dockerignore` lets through
 * @returns the last stage
 */
export async function buildImage(parse, dockerfile, context, folder) {
  const stages = {};
  let stage;
  for (const instruction of parse(readFileSync(dockerfile, 'utf8')).getInstructions()) {
    const keyword = instruction.getKeyword();
    const parts = instruction.getArguments().map((argument) => argument.getValue());
    const text = instruction.getArgumentsContent() ?? '';
    const flags = instruction.getFlags?.() ?? [];
    if (keyword === 'FROM') {
      const name = parts[2] ?? 'image';
      stage = stages[name] = new Stage(join(folder, name));
    } else if (stage) {
      await DOES[keyword]?.(stage, parts, { stages, context, flags, text });
    }
  }
  return stage;
}

/** Starts what the image is for. @returns the process, once it is healthy by the image's own check */
export async function startImage(stage, variables) {
  const environment = { PATH: process.env.PATH, ...stage.environment, ...variables };
  const [program, ...options] = stage.command;
  const server = spawn(program, options, {
    cwd: stage.path('.'),
    env: environment,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  for (let attempt = 0; ; attempt += 1) {
    if (server.exitCode !== null) throw new Error(`It ended with ${server.exitCode}`);
    const check = spawn('sh', ['-c', stage.healthCommand], { env: environment, stdio: 'ignore' });
    const code = await new Promise((resolve) => check.once('exit', resolve));
    if (code === 0) return server;
    if (attempt === 100) throw new Error('It is not healthy');
  }
}
