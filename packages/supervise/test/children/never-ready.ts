console.log(JSON.stringify({ event: "begins", pid: process.pid }));
setInterval(() => {}, 60_000);
