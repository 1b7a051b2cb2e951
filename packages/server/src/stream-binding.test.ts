import { describe, expect, test } from "vitest";
import { lookUp, type StreamHandle, streamBinding, type WriteRequest } from "./stream-binding.ts";

class WriteWrap {}
class ShutdownWrap {}

/** What Node gave up to version 24. */
const older = {
  streamBaseState: new Int32Array(4),
  kReadBytesOrError: 0,
  kLastWriteWasAsync: 3,
  WriteWrap,
  ShutdownWrap,
};

/** What it gives from version 26 on. */
const newer = { ...older, streamBaseState: new Int32Array(5), kLastWriteErr: 4 };

/** A handle whose writes end as told. */
function handleOf(write: (request: WriteRequest | null) => number | WriteRequest): StreamHandle {
  return {
    writeBuffer: (request: WriteRequest | null) => write(request),
    writev: (request: WriteRequest | null) => write(request),
  } as unknown as StreamHandle;
}

const some = new Uint8Array(1);

test("this Node has a binding, and its state is at rest", () => {
  expect(streamBinding(), `Node ${process.version}`).toBeDefined();
  expect(streamBinding()).toBe(streamBinding());
  expect(typeof streamBinding()?.readResult()).toBe("number");
});

describe("a binding is taken only if it looks as expected", () => {
  test.each([
    ["the older form", older],
    ["the newer form", newer],
  ])("%s is good", (_, raw) => {
    const names: string[] = [];
    const load = (name: string): unknown => {
      names.push(name);
      return raw;
    };
    expect(lookUp(load)?.makeShutdown()).toBeInstanceOf(ShutdownWrap);
    expect(names).toEqual(["stream_wrap"]);
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["an empty object", {}],
    ["another kind of state", { ...older, streamBaseState: [0, 0, 0, 0] }],
    ["no index of the result", { ...older, kReadBytesOrError: undefined }],
    ["an index outside of the state", { ...older, kLastWriteWasAsync: 4 }],
    ["no index of how writes end", { ...older, kLastWriteWasAsync: undefined }],
    ["an error's index outside of the state", { ...newer, kLastWriteErr: 9 }],
    ["no requests to write", { ...older, WriteWrap: undefined }],
    ["no requests to end", { ...newer, ShutdownWrap: {} }],
  ])("%s is not", (_, raw) => {
    expect(lookUp(() => raw)).toBeUndefined();
  });

  test("another runtime has none, whatever its binding is called", () => {
    expect(lookUp(() => older, { node: "26.3.0" })).toBeDefined();
    for (const name of ["deno", "bun"]) {
      expect(lookUp(() => older, { node: "26.3.0", [name]: "2.9.6" })).toBeUndefined();
    }
  });

  test("a runtime without any, one that refuses, and a user who wants no deprecated calls have none", () => {
    expect(lookUp(undefined)).toBeUndefined();
    expect(
      lookUp(() => {
        throw new Error("ERR_ACCESS_DENIED");
      }),
    ).toBeUndefined();
    let called = false;
    function deprecated(): unknown {
      called = true;
      return older;
    }
    expect([lookUp(deprecated), called]).toEqual([undefined, false]);
  });
});

describe("the older form, where the caller brings the request", () => {
  const binding = lookUp(() => older)!;
  const { streamBaseState: state } = older;

  test("a write that is taken at once needs none: the next one brings the same", () => {
    state[3] = 0;
    const brought = new Set<unknown>();
    const handle = handleOf((request) => {
      brought.add(request);
      return 0;
    });
    expect([binding.writeBuffer(handle, some), binding.writev(handle, [some])]).toEqual([0, 0]);
    expect(brought.size).toBe(1);
  });

  test("one that goes on keeps its request, and one that fails is told by its error", () => {
    state[3] = 1;
    const brought: unknown[] = [];
    let error = 0;
    const handle = handleOf((request) => {
      brought.push(request);
      return error;
    });
    expect(binding.writeBuffer(handle, some)).toBe(brought[0]);
    error = -32;
    expect(binding.writev(handle, [some])).toBe(-32);
    error = 0;
    expect(binding.writev(handle, [some])).toBe(brought[2]);
    expect(new Set(brought).size).toBe(3);
  });

  test("how a read went stands in the state", () => {
    state[0] = -4095;
    expect(binding.readResult()).toBe(-4095);
  });
});

describe("the newer form, where a write gives a request when it needs one", () => {
  const binding = lookUp(() => newer)!;
  const { streamBaseState: state } = newer;

  test("nothing is brought; the request, 0 or the error come back", () => {
    state[4] = 0;
    const request = {} as WriteRequest;
    const results: (number | WriteRequest)[] = [0, -32, request];
    const handle = handleOf((brought) => {
      expect(brought).toBeNull();
      return results.shift()!;
    });
    expect(binding.writeBuffer(handle, some)).toBe(0);
    expect(binding.writev(handle, [some])).toBe(-32);
    expect(binding.writev(handle, [some])).toBe(request);
  });

  test("a request that could not be begun is an error", () => {
    state[4] = -9;
    expect(
      binding.writeBuffer(
        handleOf(() => ({}) as WriteRequest),
        some,
      ),
    ).toBe(-9);
  });

  test("how a read went stands in the state", () => {
    state[0] = 17;
    expect(binding.readResult()).toBe(17);
  });
});
