// The workloads of the part `postgres` of the bench on DBOS: hellos one after the other, fan-outs of five
// steps with 100 under way, and one chain of steps. Prints a line for each figure: its name and a number.
//
//   node measure.mjs ADDRESS HELLOS FAN_OUTS STEPS
import { DBOS } from '@dbos-inc/dbos-sdk';
import process from 'node:process';

const [address, hellos, fanOuts, steps] = process.argv.slice(2).map((word, i) => (i === 0 ? word : Number(word)));
const nothing = async () => 'x';

const hello = DBOS.registerWorkflow(async () => DBOS.runStep(nothing, { name: 'nothing' }), { name: 'hello' });
const fanOut = DBOS.registerWorkflow(async () => {
  const calls = [];
  for (let i = 0; i < 5; ++i) {
    calls.push(DBOS.runStep(nothing, { name: 'nothing' }));
  }
  return (await Promise.all(calls)).length;
}, { name: 'fanOut' });
const chain = DBOS.registerWorkflow(async () => {
  for (let i = 0; i < steps; ++i) {
    await DBOS.runStep(nothing, { name: 'nothing' });
  }
  return steps;
}, { name: 'chain' });

DBOS.setConfig({ name: 'bench', systemDatabaseUrl: address, logLevel: 'error', runAdminServer: false });
await DBOS.launch();

const seconds = async (work) => {
  const begin = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - begin) / 1e9;
};

for (let i = 0; i < 20; ++i) {
  await hello();
}
const latencies = [];
for (let i = 0; i < hellos; ++i) {
  latencies.push(await seconds(hello));
}
latencies.sort((a, b) => a - b);
console.log('hello_p50_us', latencies[Math.ceil(hellos / 2) - 1] * 1e6);

let next = 0;
const worker = async () => {
  while (next++ < fanOuts) {
    await fanOut();
  }
};
console.log('fan_outs_per_s', fanOuts / (await seconds(() => Promise.all(Array.from({ length: 100 }, worker)))));
console.log('steps_per_s', steps / (await seconds(chain)));
await DBOS.shutdown();
