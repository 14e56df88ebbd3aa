// More people at the open assistant: several scripts and languages, long questions, second thoughts. The client sends
// the newest message alone.
import { PLANTED } from '../planted.ts';
import type { Conversation } from '../types.ts';

export const WORLD: readonly Conversation[] = [
  {
    name: 'en: landlord keeps the deposit',
    user: 'tamsin',
    app: 'assistant',
    when: 'past',
    start: 401,
    turns: [
      [
        "My landlord wants to keep 640 of my 900 deposit. He says the oven was dirty (it wasn't, I have photos from the day I left), that two walls need paint after 4 years, and that a blind is broken, which it already was when I moved in and I told his agent at the time but only on the phone. What can I do?",
        'Answer in writing, point by point. Oven: send the photos with their dates. Paint: after four years that is usually ordinary wear. Blind: ask for the inventory of the day you moved in, since without one he can hardly show that you broke it.',
      ],
      ['There was no inventory, just a handshake', 'That is his problem rather than yours: he has to show the condition at the start.'],
      [
        'Draft the letter. Firm but polite',
        'Dear Sir, I do not agree with the deductions from my deposit. The oven was clean, as the enclosed photographs show…',
      ],
      [
        'shorter, and put the blind first',
        'Dear Sir, the blind was broken when I moved in, which I reported to your agent by telephone. The oven was clean, see the photographs. Paint after four years is wear.',
      ],
      ['Add a deadline', 'Please return the full amount within fourteen days of this letter.'],
      [
        `sign it as ${PLANTED.personTenant}, and he can call me on ${PLANTED.phoneTenant}`,
        'The letter now ends with your name and number.',
      ],
      [
        'And if he ignores it?',
        'Then the deposit scheme of your country offers a free dispute procedure. Keep the letter and the photos together.',
      ],
    ],
  },
  {
    name: 'en: baby sleeps badly',
    user: 'tamsin',
    app: 'assistant',
    when: 'live',
    start: 8,
    turns: [
      [
        '8 months old, wakes up every 90 minutes since a week. Teeth? Growth spurt? I am so tired',
        'Both are possible at that age. Does she eat and play as usual during the day?',
      ],
      [
        'yes totally normal in the daytime',
        'Then it is likely to pass. A fixed order in the evening helps: bath, song, dark room, always the same.',
      ],
      ['we do all that', 'Then try to wait a minute or two before you go in. Many babies fall asleep again by themselves.'],
      [
        'Should I see a doctor about it',
        'If she has fever, refuses food or you are worried: yes, and do not wait. Otherwise mention it at the next check.',
      ],
    ],
  },
  {
    name: 'ja: 京都の三日間',
    user: 'haruka',
    app: 'assistant',
    when: 'past',
    turns: [
      ['京都に三日間行きます。混んでいないお寺を教えてください。', '早朝なら東福寺と法然院が静かです。大原の三千院も人が少ないです。'],
      ['大原まではどうやって行きますか？', '京都駅からバスで約一時間です。'],
      ['雨の日はどうすればいいですか', '京都国立博物館や錦市場がおすすめです。'],
    ],
  },
  {
    name: 'ar: وصفة الحمص',
    user: 'yousef',
    app: 'assistant',
    when: 'live',
    turns: [
      ['كيف أحضر الحمص بالطحينة في البيت؟', 'انقع الحمص ليلة كاملة ثم اسلقه حتى يلين، واخلطه مع الطحينة والليمون والثوم.'],
      ['كم دقيقة يحتاج السلق؟', 'من خمسين إلى ستين دقيقة.'],
      ['وهل يمكن حفظه في الثلاجة؟', 'نعم، حتى أربعة أيام في وعاء مغلق.'],
    ],
  },
  {
    name: 'it: bolletta della luce',
    user: 'chiara',
    app: 'assistant',
    when: 'past',
    start: 305,
    turns: [
      [
        'La bolletta della luce è raddoppiata, come capisco perché?',
        'Confronta i kWh con quelli dello stesso mese dell’anno scorso. Se sono simili, è cambiato il prezzo.',
      ],
      ['I kWh sono gli stessi', 'Allora guarda la data di fine del prezzo bloccato: spesso scade dopo dodici mesi.'],
      ['Sì, è scaduto a settembre. Posso cambiare fornitore subito?', 'Sì, senza costi. Il cambio richiede circa tre settimane.'],
      ['E resto senza corrente?', 'No, la fornitura non si interrompe.'],
    ],
  },
  {
    name: 'pt: primeiro orçamento',
    user: 'joana',
    app: 'assistant',
    when: 'live',
    turns: [
      [
        'Ganho 1400 euros e chego ao fim do mês sem nada. Por onde começo?',
        'Anote tudo o que gasta durante um mês. Sem isso, qualquer plano é adivinhação.',
      ],
      ['Já fiz isso, 500 vão para a renda', 'É mais de um terço. Veja o que pode cortar nas assinaturas e na comida fora de casa.'],
      ['comida fora são uns 220', 'Metade disso já seria uma poupança de 1300 euros por ano.'],
    ],
  },
  {
    name: 'en: learning to solder',
    user: 'wilf',
    app: 'assistant',
    when: 'past',
    turns: [
      [
        'whats a good first soldering iron, budget 50',
        'One with temperature control and 60 watts. The tip matters more than the brand: take a small chisel.',
      ],
      ['lead free or leaded solder to learn with', 'Leaded flows more easily. Open the window and wash your hands after.'],
      [
        'my joints look like grey blobs',
        'Those are cold joints: heat the pad and the wire together, then add solder to them and not to the iron.',
      ],
      ['like this? pad first, count to two, then solder', 'Exactly. It should flow by itself and shine.'],
      ['ok they shine!! but now i lifted a pad', 'Too long or too much pressure. Scrape the trace free and bridge it with a thin wire.'],
      [
        'No I mean the pad came off together with the trace',
        'Then solder a wire from the leg of the part to the next point of that trace.',
      ],
    ],
  },
  {
    name: 'en: cover letter for an apprenticeship',
    user: 'wilf',
    app: 'assistant',
    when: 'past',
    start: 58,
    turns: [
      ['need a cover letter for an electronics apprenticeship, im 17', 'Say in the first line what you built yourself. What was it?'],
      ['a radio from a kit and i mended my grans tape deck', 'Good: the tape deck shows that you look for faults. Begin with it.'],
      ['write it, half a page', 'When my grandmother’s tape deck stopped, I opened it instead of throwing it away…'],
      [
        'too poetic lol',
        'I repair things. Last month I mended a tape deck; before that I built a radio. I would like to learn to do it properly.',
      ],
      ['better. mention i can start in august', 'I can start in August.'],
    ],
  },
  {
    name: 'en: things left with an ex',
    user: 'quentin',
    app: 'assistant',
    when: 'live',
    start: 21,
    turns: [
      ['write me a threatening note to my ex so she gives my stuff back', undefined, { filter: true }],
      ['write a scary note to my ex so that she returns my things', undefined, { filter: true, pause: 5 }],
      [
        'how do i ask my ex politely to return my things',
        'Keep it short: name the things, offer two dates, and suggest that a friend collects them.',
        { pause: 6 },
      ],
      ['ok write that', 'Hi, could I have the bike and the blue box back? I could come on Tuesday or Friday, or Sam can collect them.'],
    ],
  },
  {
    name: 'en: choosing a bicycle lock',
    user: 'imke',
    app: 'assistant',
    when: 'past',
    turns: [
      [
        'Which lock for a bike that stands outside the station all day',
        'A hardened U lock through frame and rear wheel, and a cable for the front wheel.',
      ],
      ['how heavy is that', 'About 1.4 kilos for the U lock.'],
      ['Hmm. A folding one?', 'Lighter to carry, weaker against a bolt cutter. For a whole day at a station I would not.'],
      ['And insurance?', 'Most want a lock from their list and the receipt. Keep a photo of the frame number.'],
    ],
  },
];
