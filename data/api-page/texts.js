/* SPDX-License-Identifier: LGPL-2.1-or-later */

const TEXTS = {
  en: {
    skip: 'Skip to the content',
    http: 'HTTP',
    events: 'Events',
    search: 'Search',
    token: 'Token to try with',
    chapters: 'Chapters',
    intro_http: 'Every address, what it wants and what it answers. The same as a file:',
    intro_events: 'What clients and the server tell each other over Socket.IO. The same as a file:',
    count: '{n} of {all} shown',
    nothing: 'Nothing fits. Try another word.',
    broken: 'The documents cannot be read: is the server there?',
    open: 'open to everybody',
    parameters: 'Parameters',
    body: 'Body',
    answers: 'Answers',
    answer: 'Answer',
    payload: 'Argument',
    ack: 'Acknowledgement, besides ok',
    member: 'Member',
    type: 'Type',
    meaning: 'Meaning',
    needed: 'needed',
    optional: 'optional',
    empty: 'No members.',
    status: 'Status',
    attempt: 'Try it',
    send: 'Send',
    sending: 'Waiting for the answer…',
    unreachable: 'No answer: {error}',
    bad_json: 'The body is no JSON: {error}',
    took: '{status} in {ms} ms',
    from_clients: 'Clients say',
    from_server: 'The server says',
    up_to: 'up to {n}',
    one_of: 'one of',
    list_of: 'list of {of}',
    any: 'anything',
  },
  'pt-BR': {
    skip: 'Ir para o conteúdo',
    http: 'HTTP',
    events: 'Eventos',
    search: 'Buscar',
    token: 'Token para experimentar',
    chapters: 'Capítulos',
    intro_http: 'Cada endereço, o que ele pede e o que responde. O mesmo em arquivo:',
    intro_events: 'O que clientes e servidor dizem um ao outro pelo Socket.IO. O mesmo em arquivo:',
    count: '{n} de {all} à vista',
    nothing: 'Nada corresponde. Tente outra palavra.',
    broken: 'Não foi possível ler os documentos: o servidor está no ar?',
    open: 'aberto a todos',
    parameters: 'Parâmetros',
    body: 'Corpo',
    answers: 'Respostas',
    answer: 'Resposta',
    payload: 'Argumento',
    ack: 'Confirmação, além de ok',
    member: 'Membro',
    type: 'Tipo',
    meaning: 'Significado',
    needed: 'obrigatório',
    optional: 'opcional',
    empty: 'Sem membros.',
    status: 'Status',
    attempt: 'Experimentar',
    send: 'Enviar',
    sending: 'Esperando a resposta…',
    unreachable: 'Sem resposta: {error}',
    bad_json: 'O corpo não é JSON: {error}',
    took: '{status} em {ms} ms',
    from_clients: 'Clientes dizem',
    from_server: 'O servidor diz',
    up_to: 'até {n}',
    one_of: 'um de',
    list_of: 'lista de {of}',
    any: 'qualquer coisa',
  },
};

const STORED = 'call.language';
let language = 'en';

export function chooseLanguage(wanted) {
  language = Object.hasOwn(TEXTS, wanted) ? wanted : 'en';
  document.documentElement.lang = language;
}

/** The stored choice, which the patient page shares, else what the browser asks for. */
export function startLanguage() {
  let stored = null;
  try {
    stored = localStorage.getItem(STORED);
  } catch {
    // Without storage the browser decides.
  }
  chooseLanguage(stored ?? (navigator.languages.some((tag) => tag.toLowerCase().startsWith('pt')) ? 'pt-BR' : 'en'));
}

export function keepLanguage() {
  try {
    localStorage.setItem(STORED, language);
  } catch {
    // It holds until the page is left.
  }
}

export function currentLanguage() {
  return language;
}

export function text(key, params = {}) {
  return TEXTS[language][key].replace(/\{(\w+)\}/g, (_, name) => String(params[name] ?? ''));
}
