import fc from "fast-check";
import { expect, test } from "vitest";
import { JobQueue } from "./job-queue.ts";

/** Work that ends when it is told to. */
class Work<Result> {
  begun = false;
  end!: (result: Result) => void;
  fail!: (error: unknown) => void;
  readonly run = (): Promise<Result> => {
    this.begun = true;
    return new Promise((resolve, reject) => {
      this.end = resolve;
      this.fail = reject;
    });
  };
}

/** Lets everything happen that waits for a settled promise. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test("no more jobs run than there may, and those that wait begin in order", async () => {
  const queue = new JobQueue(2, 1_000);
  const works = [1, 2, 3, 4].map(() => new Work<number>());
  const jobs = works.map((work) => queue.add(1, work.run));
  expect(works.map(({ begun }) => begun)).toEqual([true, true, false, false]);
  expect([queue.running, queue.runningBytes, queue.waiting]).toEqual([2, 2, 2]);
  works[1]!.end(1);
  await settled();
  expect(works.map(({ begun }) => begun)).toEqual([true, true, true, false]);
  works[0]!.end(0);
  works[2]!.end(2);
  await settled();
  works[3]!.end(3);
  expect(await Promise.all(jobs.map((job) => job.settled))).toEqual([0, 1, 2, 3]);
  expect([queue.running, queue.runningBytes, queue.waiting]).toEqual([0, 0, 0]);
});

test("no more octets run than there may, and nothing overtakes a large job that waits", async () => {
  const queue = new JobQueue(10, 100);
  const [first, large, small] = [new Work(), new Work(), new Work()] as const;
  queue.add(60, first.run);
  queue.add(60, large.run);
  queue.add(10, small.run);
  expect([first.begun, large.begun, small.begun]).toEqual([true, false, false]);
  first.end(0);
  await settled();
  expect([large.begun, small.begun]).toEqual([true, true]);
  expect(queue.runningBytes).toBe(70);
});

test("a job larger than the bound runs when it is alone, and keeps others out", async () => {
  const queue = new JobQueue(10, 100);
  const [huge, small] = [new Work(), new Work()] as const;
  queue.add(1_000, huge.run);
  queue.add(1, small.run);
  expect([huge.begun, small.begun]).toEqual([true, false]);
  huge.end(0);
  await settled();
  expect(small.begun).toBe(true);
});

test("a job that fails rejects, and the next one runs", async () => {
  const queue = new JobQueue(1, 100);
  const [bad, good] = [new Work<number>(), new Work<number>()] as const;
  const failed = queue.add(1, bad.run);
  const next = queue.add(1, good.run);
  bad.fail(new Error("broken"));
  await expect(failed.settled).rejects.toThrow("broken");
  await settled();
  good.end(7);
  expect(await next.settled).toBe(7);
});

test("a cancelled job that waits never begins, and makes room for those behind it", async () => {
  const queue = new JobQueue(10, 100);
  const [first, large, small] = [new Work<number>(), new Work<number>(), new Work<number>()] as const;
  queue.add(60, first.run);
  const cancelled = queue.add(60, large.run);
  queue.add(10, small.run);
  cancelled.cancel(-1);
  expect(await cancelled.settled).toBe(-1);
  expect([large.begun, small.begun, queue.waiting]).toEqual([false, true, 0]);
});

test("a cancelled job that runs settles at once, but its room is free only when the thread is", async () => {
  const queue = new JobQueue(1, 100);
  const [work, next] = [new Work<number>(), new Work<number>()] as const;
  const job = queue.add(1, work.run);
  queue.add(1, next.run);
  job.cancel(-1);
  expect(await job.settled).toBe(-1);
  expect([queue.running, next.begun]).toEqual([1, false]);
  work.end(5);
  await settled();
  expect([await job.settled, next.begun]).toEqual([-1, true]);
});

test("a cancelled job that fails afterwards is nobody's error", async () => {
  const queue = new JobQueue(1, 100);
  const work = new Work<number>();
  const job = queue.add(1, work.run);
  job.cancel(-1);
  work.fail(new Error("too late"));
  await settled();
  expect([await job.settled, queue.running]).toEqual([-1, 0]);
});

test("cancelling a job that has settled changes nothing", async () => {
  const queue = new JobQueue(1, 100);
  const job = queue.add(1, async () => 5);
  expect(await job.settled).toBe(5);
  job.cancel(-1);
  expect(await job.settled).toBe(5);
});

test("whatever is added, ended, failed and cancelled, the bounds hold, every job settles and the queue runs empty", async () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant("add" as const), bytes: fc.nat(150) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constantFrom("end" as const, "fail" as const, "cancel" as const),
        at: fc.nat(30),
      }),
    },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(step, { maxLength: 60 }),
      async (maxJobs, steps) => {
        const queue = new JobQueue(maxJobs, 100);
        const works: Work<number>[] = [];
        const jobs: ReturnType<typeof queue.add<number>>[] = [];
        let outcomes = 0;
        const count = () => {
          outcomes += 1;
        };
        const check = () => {
          expect(queue.running).toBeLessThanOrEqual(maxJobs);
          if (queue.running > 1) expect(queue.runningBytes).toBeLessThanOrEqual(100);
          if (queue.waiting > 0) expect(queue.running).toBeGreaterThan(0);
        };
        for (const action of steps) {
          if (action.do === "add") {
            const work = new Work<number>();
            works.push(work);
            const job = queue.add(action.bytes, work.run);
            job.settled.then(count, count);
            jobs.push(job);
          } else if (works[action.at] !== undefined) {
            const work = works[action.at]!;
            if (action.do === "cancel") jobs[action.at]!.cancel(-1);
            else if (work.begun && action.do === "end") work.end(1);
            else if (work.begun) work.fail(new Error("failed"));
          }
          check();
          await null;
        }
        for (const job of jobs) job.cancel(-1);
        for (const work of works) if (work.begun) work.end(0);
        await settled();
        expect([outcomes, queue.running, queue.runningBytes, queue.waiting]).toEqual([jobs.length, 0, 0, 0]);
      },
    ),
    { numRuns: 300 },
  );
});
