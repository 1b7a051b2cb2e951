/** Settles as the promise does, or rejects after so many milliseconds. What becomes of the promise then is nobody's concern. */
export async function withDeadline<Result>(promise: Promise<Result>, timeout: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing answers within ${timeout} ms`)), timeout);
  });
  promise.catch(() => {});
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
