import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** `pass` everything, `refuse` connections, `stall` without a byte, or `cut` each answer short. */
export type Fault = 'pass' | 'refuse' | 'stall' | 'cut';

export interface FaultProxy {
  readonly url: string;
  /** New connections behave like this; open ones are dropped when it changes. */
  set(fault: Fault): void;
  close(): Promise<void>;
}

/** A TCP proxy before a real server, for what nothing real will produce on demand. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let fault: Fault = 'pass';
  const server = createServer((client) => {
    track(client);
    if (fault === 'refuse') return client.destroy();
    if (fault === 'stall') return;
    const upstream = track(connect(Number(port), hostname));
    let left = fault === 'cut' ? 1000 : Number.POSITIVE_INFINITY;
    client.pipe(upstream);
    upstream.on('data', (part) => {
      client.write(part.subarray(0, Math.max(0, left)));
      left -= part.length;
      if (left <= 0) client.destroy();
    });
    upstream.on('end', () => client.end());
    client.on('close', () => upstream.destroy());
  });
  function track(socket: Socket): Socket {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy()); // the other side sees it as the fault it is
    return socket;
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    set: (next) => {
      fault = next;
      for (const socket of sockets) socket.destroy();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
