import { ChatClient } from "../client/chat-client.ts";
import { realWorld } from "../client/world.ts";
import { roomNameOf } from "../protocol/room-name.ts";
import { Composer } from "./composer.ts";
import { byId, setText } from "./dom.ts";
import { MessageList } from "./message-list.ts";
import { Panels } from "./panels.ts";
import { PeopleList } from "./people-list.ts";
import { newIdentity, Profile } from "./profile.ts";
import { RoomList } from "./room-list.ts";
import { Status } from "./status.ts";
import { loadIdentity, loadRooms, onIdentity, saveIdentity, saveRooms, unsentStore } from "./storage.ts";

const address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/`;
const known = loadIdentity();
const client = new ChatClient({
  open: () => new WebSocket(address),
  identity: known ?? newIdentity(),
  world: realWorld,
  store: unsentStore,
  changed: () => draw(),
});

const panels = new Panels();
const status = new Status(client);
const messages = new MessageList(
  client,
  byId("scroll", HTMLElement),
  byId("log", HTMLElement),
  byId("newest", HTMLButtonElement),
);
const people = new PeopleList(client, byId("people-list", HTMLElement), [
  byId("people-count", HTMLElement),
  byId("people-toggle-count", HTMLElement),
]);
const rooms = new RoomList(client, byId("room-list", HTMLElement), leave);
const composer = new Composer(client, () => messages.toEnd());
const profile = new Profile(() => profile.ask(client.identity, "Who are you?", rename));

let current = roomOfAddress();

/** The room that the address names, as in `/#lobby`. */
function roomOfAddress(): string {
  let hash = location.hash.slice(1);
  try {
    hash = decodeURIComponent(hash);
  } catch {
    // It is no encoded text: then it is taken as it stands.
  }
  return roomNameOf(hash) || "lobby";
}

function leave(name: string): void {
  client.leave(name);
  saveRooms(client.rooms.map(({ name }) => name));
  if (name === current) location.hash = client.rooms.at(-1)?.name ?? "lobby";
  byId("room-list", HTMLElement).querySelector<HTMLElement>("a")?.focus();
}

function rename(nick: string, colour: number): void {
  client.rename(nick, colour);
  saveIdentity(client.identity);
}

function goTo(name: string): void {
  current = name;
  client.enter(name);
  saveRooms(client.rooms.map(({ name }) => name));
  drawNow();
}

let drawing = false;

/** Draws once for all that happens until the browser draws. A page that is hidden gets no frames, but its title has to count. */
function draw(): void {
  if (drawing) return;
  drawing = true;
  const run = (): void => {
    drawing = false;
    drawNow();
  };
  if (document.hidden) queueMicrotask(run);
  else requestAnimationFrame(run);
}

function drawNow(): void {
  const room = client.room(current);
  if (room === undefined) return;
  messages.show(room);
  if (!document.hidden && messages.isAtEnd()) room.unread = 0;
  rooms.show(current);
  people.show(room);
  composer.show(room);
  status.show(room);
  profile.show(client.identity);
  setText(byId("room-title", HTMLElement), current);
  const unread = client.rooms.reduce((sum, { unread }) => sum + unread, 0);
  document.title = `${unread > 0 ? `(${unread}) ` : ""}#${current} · exws chat`;
}

addEventListener("hashchange", () => {
  goTo(roomOfAddress());
  panels.close();
  if (matchMedia("(pointer: fine)").matches) composer.focus();
});
byId("join", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  const input = byId("join-name", HTMLInputElement);
  const name = roomNameOf(input.value);
  input.value = "";
  if (name !== "") location.hash = name;
});
document.addEventListener("visibilitychange", () => {
  // A frame that was asked for before comes when the page is seen again, perhaps much later.
  drawing = false;
  draw();
});
byId("scroll", HTMLElement).addEventListener("scroll", () => {
  if ((client.room(current)?.unread ?? 0) > 0) draw();
});
addEventListener("online", () => client.link.check());
addEventListener("offline", () => client.link.check());
addEventListener("pageshow", () => client.link.check());
onIdentity(({ key, nick, colour }) => {
  if (key === client.identity.key) client.rename(nick, colour);
});

function start(): void {
  client.link.connect();
  // On a phone this would bring up the keyboard before there is anything to see.
  if (matchMedia("(pointer: fine)").matches) composer.focus();
}

for (const name of loadRooms()) client.enter(name);
goTo(current);
if (known === undefined) {
  profile.ask(client.identity, "Welcome! Who are you?", rename);
  byId("profile", HTMLDialogElement).addEventListener(
    "close",
    () => {
      saveIdentity(client.identity);
      start();
    },
    { once: true },
  );
} else start();
