// SPDX-License-Identifier: LGPL-2.1-or-later
// Node's socket.io with the behaviour of protocol-server that the benchmark needs.
import { createServer } from 'node:http';
import { Server } from 'socket.io';

if (process.argv.includes('--check')) process.exit(0);

const server = createServer();
const io = new Server(server, { pingInterval: 25000, pingTimeout: 20000, transports: ['websocket'] });

io.on('connection', (socket) => {
  socket.on('join', (room, done) => {
    socket.join(room);
    done('ok');
  });
  socket.on('msg', (message) => io.to(message.room).emit('msg', message));
});

server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  console.log(`port ${server.address().port}\nready`);
});
