/** Settles as the promise does, or rejects after so many milliseconds. What becomes of the promise then is nobody's concern. */
export async function withDeadline<Result>(
  result: Result | Promise<Result>,
  timeout: number,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing answers within ${timeout} ms`)), timeout);
  });
  try {
    // The one that is late is taken care of by the race, too.
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
  }
}
