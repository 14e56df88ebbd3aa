// What people say when they correct, refine, thank, ask and order, in English, Dutch, German, French, Spanish, Italian, Portuguese,
// Chinese and Japanese. Patterns are alternatives of short literals: linear on any text. Chinese and Japanese have no
// spaces, so their words are found anywhere.
const SPACES = /\s*\|\s*/g;
const CJK = /[\u3040-\u30ff\u3400-\u9fff]/;

interface Alternatives {
  readonly spaced: string;
  readonly unspaced: string;
}

function alternatives(list: string): Alternatives {
  const all = list.trim().replace(SPACES, '|').split('|');
  const joined = (words: readonly string[]): string => words.map((word) => word.replace(/\s+/g, '\\s{1,4}').replace('?', '\\?')).join('|');
  return { spaced: joined(all.filter((word) => !CJK.test(word))), unspaced: joined(all.filter((word) => CJK.test(word))) };
}

const either = (...patterns: readonly string[]): string => patterns.filter((pattern) => pattern !== '').join('|');

function anywhere(list: string): RegExp {
  const { spaced, unspaced } = alternatives(list);
  return new RegExp(either(spaced === '' ? '' : `(?<![\\p{L}\\p{N}])(?:${spaced})(?![\\p{L}\\p{N}])`, unspaced), 'iu');
}

/** At the beginning of a text, after `lead`. */
function opening(list: string, lead = ''): RegExp {
  const { spaced, unspaced } = alternatives(list);
  return new RegExp(`^[^\\p{L}\\p{N}]{0,8}${lead}(?:${either(`(?:${spaced})(?![\\p{L}\\p{N}])`, unspaced)})`, 'iu');
}

const LEAD =
  '(?:(?:ok|okay|great|nice|interesting|perfect|please|now|hi|hello|hey|and|but|then|so|oh|also|wow|thanks|thank you|yes)[,.! ]{1,4}){0,3}';
const WISH =
  "(?:(?:can|could|would|will) you (?:please |help me |kindly |attempt to )?|(?:please|kindly) |i(?: want|'d like| would like) (?:you )?to |i need to |i (?:want|need|would like) |i'd like |help me |let's |let us )?";

/** By name; each is tested on the beginning of a text (and `THANKS` on its end, too). */
export const PHRASES = {
  wrong: anywhere(`
    wrong | incorrect | incorrectly | not correct | not right | isn't right | not quite | not true | untrue | inaccurate | not accurate | mistake | mistakes | mistaken | messed up | misunderstood |
    misinterpreted | not what i | isn't what i | wasn't what i | didn't ask | you forgot | you missed | not up to date | doesn't sound right | doesn't seem right | doesn't seem quite right | sounds off |
    fout | onjuist | niet juist | klopt niet | niet goed | verkeerd | vergissing | niet wat ik | je vergat | je bent vergeten |
    falsch | nicht richtig | nicht korrekt | stimmt nicht | fehlerhaft | nicht was ich | nicht das was ich | nicht das, was | du hast vergessen | vergessen | missverstanden | irrtum |
    faux | incorrect | incorrecte | inexact | erroné | pas correct | pas juste | pas exact | pas ça | pas ce que | erreur dans | tu as oublié | vous avez oublié | tu te trompes | vous vous trompez | mal compris |
    incorrecto | incorrecta | equivocado | equivocada | equivocaste | te equivocas | no es correcto | no es cierto | está mal | no es lo que | olvidaste | te olvidaste | mal entendido | no es eso |
    sbagliato | sbagliata | errato | errata | non è corretto | non è giusto | non è vero | non è quello | non è questo | hai dimenticato | ti sei sbagliato | hai sbagliato | hai capito male |
    errado | errada | incorreto | incorreta | não está certo | não está correto | não é isso | não é o que | não foi isso | esqueceu | você errou | enganado |
    不对 | 错了 | 错误 | 不正确 | 不是这样 | 不是这个意思 | 不是我 | 弄错 | 搞错 | 搞錯 | 不對 | 錯了 | 你忘了 | 漏了 | 違います | 違う | 間違 | 正しくない | 誤り | そうではなく | そうじゃな | 忘れて`),
  doubt: anywhere(`
    are you sure | are you certain | you sure | really? | is that really | i thought | i heard | but isn't | but doesn't | but aren't | but wasn't | but didn't | isn't it | isn't that | check again | double check | double-check |
    check that again | check your | that can't be | weet je het zeker | weet je dat zeker | ik dacht dat | maar is | dat kan niet | bist du sicher | sind sie sicher | ich dachte | wirklich? | das kann nicht | prüf das | prüfe das |
    tu es sûr | vous êtes sûr | es-tu sûr | êtes-vous sûr | je pensais que | je croyais | vraiment? | vérifie | vérifiez | estás seguro | está seguro | pensé que | creía que | seguro que | de verdad? | verifica |
    sei sicuro | è sicuro | pensavo che | credevo che | davvero? | controlla di nuovo | tem certeza | tens a certeza | pensei que | achei que | achava que | sério? | verifique |
    你确定 | 确定吗 | 真的吗 | 我以为 | 再检查 | 你確定 | 本当ですか | 本当に | 確かですか | と思っていた | 確認して`),
  meant: anywhere(`
    i meant | i mean | what i meant | i was talking about | i was asking about | actually | i said | i asked for | i asked about | no i | rather than that | let me rephrase | to clarify | correction |
    ik bedoel | ik bedoelde | eigenlijk | ik zei | ik vroeg | ich meine | ich meinte | eigentlich | ich sagte | ich habe nach | gemeint | je veux dire | je voulais dire | en fait | j'ai dit | j'ai demandé | je parlais de |
    quiero decir | quise decir | en realidad | me refería | me refiero | dije | pedí | intendevo | volevo dire | in realtà | ho detto | ho chiesto | mi riferivo | quero dizer | quis dizer | eu quis | na verdade | eu disse | eu pedi |
    我的意思是 | 我是说 | 我指的是 | 我说的是 | 其实 | 我的意思 | つまり | というか | 言いたかった | ではなくて | じゃなくて | ではなく | 実は`),
  retry: anywhere(`
    try again | start over | start again | redo | do it again | do that again | fix it | fix this | fix that | please fix | correct it | correct this | correct that | probeer opnieuw | probeer het opnieuw | nog een keer | begin opnieuw | herstel |
    versuch es noch | noch einmal | nochmal | noch mal | neu anfangen | von vorne | korrigier | korrigiere | beheb | réessaie | réessayez | recommence | recommencer | recommençons | corrige | corrigez |
    inténtalo de nuevo | intenta de nuevo | otra vez | empecemos de nuevo | corrígelo | corrige | arréglalo | riprova | ricominciamo | correggi | correggilo | sistemalo | tente novamente | tente de novo | de novo | recomeçar | corrija | conserte |
    重试 | 再试 | 重新 | 再来一次 | 改正 | 修正 | やり直 | もう一度やって | 直して | 再度`),
  failing: anywhere(`
    doesn't work | does not work | didn't work | not working | isn't working | stopped working | still getting | still get | still not | still doesn't | still wrong | is failing | fails | failed | error | errors | exception | crash | crashes | crashed |
    broken | returns nothing | undefined | traceback | stack trace | can't get it | cannot get | werkt niet | doet het niet | foutmelding | mislukt | kapot |
    nog steeds | funktioniert nicht | geht nicht | klappt nicht | fehler | fehlermeldung | fehlgeschlagen | abgestürzt | immer noch | kaputt | ne marche pas | ne fonctionne pas | ça marche pas | erreur | échoue | échoué | plante | toujours pas |
    no funciona | no sirve | error | falla | fallo | falló | sigue sin | todavía no | non funziona | non va | errore | fallisce | ancora non | si blocca | não funciona | não está funcionando | erro | falha | falhou | ainda não |
    报错 | 出错 | 不行 | 失败 | 不工作 | 无法运行 | 崩溃 | 还是不 | 異常 | 報錯 | 無法 | 動かない | 動きません | エラー | 失敗 | うまくいか | できません | 落ちる`),
  form: anywhere(`
    shorter | longer | more concise | concise | briefer | simpler | simplify | simplified | more formal | less formal | informal | casual | rephrase | reword | rewrite | restate | restructure | reformat | paraphrase | in other words | bullet | bullets |
    bullet points | bulleted | as a list | numbered list | in a table | as a table | into a table | single line | one line | separated by | comma-delimited | one sentence | one paragraph | as a tweet | into a tweet | condense | shorten | expand | format |
    in markdown | as json | as csv | in plain english | tone | dialogue | style | repeat those | that list | your response | your answer | your explanation | that answer | that explanation | initial explanation | previous answer |
    korter | langer | eenvoudiger | herschrijf | herformuleer | anders gezegd | in een tabel | als lijst | opsomming | formeler | kürzer | länger | einfacher | umformulieren | formuliere | schreib das um | umschreiben | als tabelle | als liste | stichpunkte | stichpunkten |
    in einem satz | formeller | förmlicher | plus court | plus courte | plus long | plus simple | plus simplement | reformule | reformulez | réécris | résume-le | en tableau | sous forme de | en une phrase | liste à puces | plus formel | más corto | más corta | más breve | más largo | más simple | más sencillo |
    reescribe | reformula | en una tabla | como tabla | en forma de | viñetas | en una frase | más formal | più corto | più breve | più lungo | più semplice | riscrivi | riformula | in una tabella | come tabella | elenco puntato | in una frase | più formale | mais curto | mais curta | mais breve | mais longo |
    mais simples | reescreva | reescreve | reformule | em uma tabela | numa tabela | em tabela | tópicos | em uma frase | mais formal |
    短一点 | 简短 | 更短 | 长一点 | 详细一点 | 简单一点 | 换个说法 | 换种说法 | 改写 | 表格 | 列表 | 要点 | 一句话 | 正式一点 | 更正式 | 精简 | 短く | もっと簡単 | 簡潔 | 長く | 言い換え | 書き直 | 書き換え | 表にして | 表形式 | 箇条書き | 一文で | 丁寧に | フォーマル`),
  change: anywhere(`
    make it | make that | make them | change it | change the | change that | replace | swap | add a | add an | add the | add some | also add | include | remove | drop the | leave out | take out | without | with more | with less | with fewer | instead | cheaper | earlier | later |
    same thing | the same but | same for | what if we add | what if i | but with | but in | but for | only the | just the | translate it | translate that | now in | use | recalculate | maak het | verander | vervang | voeg | verwijder | zonder | in plaats daarvan | goedkoper | hetzelfde maar | maar dan |
    mach es | mach das | ändere | ersetze | füge | entferne | ohne | stattdessen | billiger | günstiger | dasselbe | das gleiche | aber mit | aber ohne | übersetze es | übersetz das | rends | change | remplace | ajoute | ajoutez | enlève | supprime | retire | sans | à la place | moins cher | la même chose | mais avec | mais en |
    hazlo | cambia | cámbialo | reemplaza | sustituye | añade | agrega | quita | elimina | sin | en su lugar | más barato | lo mismo | pero con | pero en | tradúcelo | rendilo | fallo | cambia | cambialo | sostituisci | aggiungi | togli | rimuovi | senza | invece | più economico | lo stesso | ma con | ma in |
    traducilo | deixe | torne | faça | mude | troque | substitua | adicione | acrescente | remova | tire | sem | em vez disso | mais barato | o mesmo | mas com | mas em | traduza |
    改成 | 换成 | 加上 | 加一 | 添加 | 去掉 | 删掉 | 删除 | 不要 | 改为 | 变成 | 翻译成 | 便宜 | 換成 | に変えて | に変更 | 追加して | 加えて | 削除して | 取り除 | なしで | 抜きで | 代わりに | 翻訳して | 安い`),
  more: anywhere(`
    more | further | else | another | other | others | elaborate | go deeper | in detail | details | example | examples | for instance | why is that | why's that | how so | how exactly | what do you mean | what does that mean | when you refer | when you say | tell me more | anything else | meer | verder |
    nog een | ander | andere | voorbeeld | voorbeelden | licht toe | hoezo | wat bedoel | mehr | weitere | weiter | noch ein | noch eins | andere | beispiel | beispiele | genauer | näher | ausführlicher | wieso | was meinst | was bedeutet das | encore | davantage | plus de | un autre | une autre | d'autres |
    exemple | exemples | détaille | précise | pourquoi ça | que veux-tu dire | más | otro | otra | otros | otras | ejemplo | ejemplos | detalla | profundiza | por qué eso | qué significa eso | qué quieres decir | altro | altra | altri | ancora | di più | esempio | esempi | approfondisci | spiega meglio | cosa intendi | perché questo |
    mais | outro | outra | outros | exemplo | exemplos | detalhe | detalhes | aprofunde | explique melhor | o que quer dizer | por que isso |
    更多 | 还有 | 另外 | 再来 | 再给 | 举例 | 例子 | 例如 | 详细 | 具体 | 什么意思 | 为什么会 | 其他 | もっと | 他に | ほかに | 例を | 例えば | 詳しく | 具体的 | どういう意味 | もう一つ | さらに`),
  goOn: opening(`
    continue | go on | keep going | proceed | next | carry on | please continue | please expand | ga door | ga verder | verder | weiter | mach weiter | fahr fort | continue | continuez | vas-y | continúa | sigue | adelante | continua | vai avanti | prosegui | continue | prossiga |
    继续 | 下一个 | 接着 | 繼續 | 続けて | 次へ | 続き | 次は`),
  sayAgain: anywhere(`
    say that again | say it again | repeat that | repeat | come again | pardon | once more | one more time | i didn't hear | didn't catch | i don't understand | i do not understand | i don't get it | unclear | herhaal | zeg dat nog | ik begrijp het niet | ik snap het niet | wiederhole | wiederholen | sag das noch |
    ich verstehe nicht | ich verstehe das nicht | unklar | répète | répétez | je ne comprends pas | je n'ai pas compris | repite | repítelo | no entiendo | no lo entiendo | ripeti | ripetilo | non capisco | non ho capito | repita | repete | não entendi | não entendo |
    再说一遍 | 重复 | 没听懂 | 不明白 | 不懂 | 没听清 | もう一度言って | もう一回 | わかりません | 分かりません | 繰り返して`),
  thanks: anywhere(`
    thanks | thank you | thx | much appreciated | appreciated | helpful | great job | well done | good job | perfect | awesome | that's great | that would be great | sounds good | sounds great | that is perfect | love it | like it | bedankt | dank je | dankjewel | dank u | perfect | top | danke | vielen dank | dankeschön |
    super | prima | merci | parfait | génial | super | gracias | perfecto | genial | estupendo | grazie | perfetto | ottimo | benissimo | obrigado | obrigada | perfeito | ótimo | valeu |
    谢谢 | 多谢 | 太好了 | 很好 | 完美 | 謝謝 | ありがとう | 感謝 | 完璧 | 助かり | いいですね`),
  greeting: opening(`
    hi | hello | hey | good morning | good afternoon | good evening | good night | how are you | how goes it | how's it going | how are things | what's up | good seeing you | nice to meet you | hoi | hallo | goedemorgen | goedemiddag | goedenavond | hoe gaat het | guten tag | guten morgen | guten abend | servus | moin | wie geht's | wie geht es | bonjour |
    bonsoir | salut | coucou | comment ça va | ça va | hola | buenos días | buenas tardes | buenas noches | cómo estás | qué tal | ciao | buongiorno | buonasera | salve | come stai | come va | olá | oi | bom dia | boa tarde | boa noite | tudo bem | como vai |
    你好 | 您好 | 早上好 | 晚上好 | 你怎么样 | 嗨 | こんにちは | こんばんは | おはよう | はじめまして | 元気ですか | やあ`),
  farewell: anywhere(`
    bye | goodbye | see you | that's all | that is all | that was all | that will be all | it's all for now | that's it | nothing else | no more | all set | never mind | nevermind | shut up | be quiet | shut down | cancel | stop | doei | tot ziens | dat was alles | dat is alles | laat maar | tschüss | auf wiedersehen | bis bald | das war's | das war alles | das ist alles | schon gut |
    vergiss es | au revoir | à bientôt | c'est tout | laisse tomber | adiós | hasta luego | eso es todo | nada más | olvídalo | déjalo | arrivederci | a presto | è tutto | nient'altro | lascia stare | lascia perdere | tchau | até logo | até mais | é só isso | é tudo | nada mais | deixa pra lá | esquece |
    再见 | 拜拜 | 就这些 | 没事了 | 算了 | 再見 | さようなら | バイバイ | 以上です | もういい | 結構です`),
  yesNo: opening(`
    yes | no | nope | yeah | yep | yup | sure | ok | okay | right | correct | exactly | great | fine | of course | not at the moment | not right away | not now | anything | either | whatever | none | both | ja | nee | jawel | prima | klopt | inderdaad | nein | doch | genau | stimmt | klar | in ordnung | oui | non | d'accord | exactement | bien sûr | c'est ça |
    sí | si | no | vale | claro | exacto | de acuerdo | sì | no | va bene | certo | esatto | d'accordo | sim | não | tá | certo | claro | exato | isso mesmo |
    是的 | 对 | 对的 | 好的 | 好 | 不 | 不用 | 可以 | 没错 | 嗯 | 行 | はい | いいえ | うん | そうです | その通り | 了解 | わかりました | お願いします`),
  aboutYou: anywhere(`
    are you able | are you capable | can you read | can you see | can you access | can you remember | do you remember | do you know how | do you have | do you find yourself | do you think you | what can you do | what are you | who are you | are you a | are you an | are you chat | are you gpt | are you human | who made you | who created you | your name | how old are you |
    can i call you | you call me | can i chat | talk to you | chat with you | between you and | if i send | if i sent | if i were to send | if i give you | if i provide | would you be able | will you | these conversations | this conversation | this chat | our conversation | custom instructions | from now on | remember that | character limit |
    kun jij | ben je | ben jij | wie ben | wat kun je | hoe heet je | vanaf nu | dit gesprek | wer bist | was bist | was kannst du | bist du | kannst du dich erinnern | wie heißt du | ab jetzt | von jetzt an | dieses gespräch | unser gespräch | qui es-tu | qui êtes-vous | que sais-tu faire | que peux-tu faire | es-tu | êtes-vous | tu t'appelles | à partir de maintenant |
    cette conversation | quién eres | qué eres | qué puedes hacer | cómo te llamas | eres una | eres un | a partir de ahora | esta conversación | chi sei | cosa sei | cosa puoi fare | come ti chiami | sei un | sei una | d'ora in poi | da ora in poi | questa conversazione | quem é você | o que você pode | o que você é | qual é o seu nome | você é um | você é uma | a partir de agora | esta conversa |
    你是谁 | 你是什么 | 你能做什么 | 你会什么 | 你叫什么 | 你是不是 | 从现在开始 | 这个对话 | 你記得 | あなたは誰 | あなたは何 | 何ができ | 名前は | あなたは人間 | これから | この会話`),
  make: opening(
    `
    write | create | generate | make | draft | compose | translate | convert | summarize | summarise | rewrite | implement | design | build | code | develop | plan |
    book | reserve | order | buy | purchase | schedule | set | add | remove | delete | play | resume | turn | send | text | call | email | remind | find me | find | look for | search | transfer | pay | deposit | check | update | change | cancel | open | close | increase | decrease | put | roll | extract | combine | analyze | analyse | proofread | edit | fix | format | list | recite | calculate | compute | act | transform | give me`,
    LEAD + WISH,
  ),
  makeForeign: anywhere(`
    schrijf | maak een | maak een | genereer | vertaal | vat samen | samenvatten | boek | reserveer | bestel | plan | zet | stuur | ontwerp | bereken | schreib | schreibe | erstelle | erstell | generiere | übersetze | übersetz | fasse | zusammenfassen | buche | reserviere | bestelle | plane | stelle | sende | schick | entwirf | berechne | programmiere |
    écris | écrivez | rédige | rédigez | crée | créez | génère | traduis | traduisez | résume | résumez | réserve | réservez | commande | planifie | envoie | calcule | programme | escribe | escríbeme | redacta | crea | genera | traduce | resume | reserva | pide | planifica | envía | calcula | programa | haz |
    scrivi | scrivimi | redigi | crea | genera | traduci | riassumi | prenota | ordina | pianifica | invia | calcola | programma | escreva | escreve | redija | crie | gere | traduza | resuma | reserve | peça | planeje | envie | calcule | programe | faça |
    写一 | 写个 | 帮我写 | 生成 | 创建 | 翻译 | 总结 | 概括 | 预订 | 预定 | 订一 | 安排 | 发送 | 设计 | 计算 | 帮我 | 请把 | 書いて | 作って | 作成 | 生成して | 翻訳して | 要約して | 予約して | 注文して | 送って | 設計して | 計算して | コードを`),
  ask: opening(
    `
    what | what's | whats | who | who's | whose | when | when's | where | where's | why | which | how | how's | is | isn't | are | aren't | was | were | do | does | don't | doesn't | did | didn't | has | have | had | should | if | in what | to what | at what | about how | any | given | according | compared | explain | describe | define | compare | tell me | let me know | name some | i would like to know | i'd like to know | would it | could it | could there | could those | can i | can it | can a | can any | could i | may i | am i | will it|would |
    wat | wie | wanneer | waar | waarom | welke | hoe | hoeveel | is | zijn | kan ik | leg uit | vertel | was | wer | wann | wo | warum | weshalb | welche | welcher | welches | wie | wieviel | ist | sind | gibt es | kann ich | erkläre | erklär | erzähl | qu'est-ce | que | qui | quand | où | pourquoi | quel | quelle | quels | quelles | comment | combien | est-ce | y a-t-il | explique |
    qué | quién | cuándo | dónde | por qué | cuál | cuáles | cómo | cuánto | cuántos | cuántas | hay | es | puedo | explica | che cosa | cosa | chi | quando | dove | perché | quale | quali | come | quanto | quanti | c'è | è | posso | spiega | spiegami | o que | quem | quando | onde | por que | qual | quais | como | quanto | quantos | há | é | posso | explique |
    什么 | 谁 | 什么时候 | 哪里 | 哪个 | 为什么 | 怎么 | 如何 | 多少 | 请解释 | 解释 | 介绍 | 何 | 誰 | いつ | どこ | なぜ | どうして | どの | どう | いくら | 説明して | 教えて`,
    LEAD,
  ),
  askForeign: anywhere(
    `吗 | 呢 | 是什么 | 为什么 | 怎么 | 如何 | 多少 | 哪里 | 哪个 | ですか | ますか | とは | なぜ | どうやって | どこ | いつ | 何 | 教えて`,
  ),
  pointer: anywhere(`
    it | its | it's | they | them | their | theirs | he | him | his | she | her | hers | this | that | these | those | there | one | ones | such | former | latter | the same | dit | deze | hem | haar | hun | ervan | daarvan | hiervan | daarmee | daar | ermee | heeft het | is het | kost het | werkt het | kan het | doet het | was het | hij | zij |
    dies | diese | dieser | dieses | diesen | diesem | dazu | davon | damit | dafür | dort | hat es | ist es | kostet es | funktioniert es | kann es | war es | ihn | ihm | ihnen | sie | ça | cela | ceci | celui | celle | ceux | cette | cet | ces | elle | ils | elles | eux | leur |
    eso | esto | ese | esa | esos | esas | esta | este | él | ella | ellos | allí | ahí | questo | questa | questi | queste | quello | quella | quelli | lui | lei | loro | lì | là | isso | isto | esse | essa | esses | essas | ele | ela | eles | elas | dele | dela | lá | nisso | disso |
    它 | 他 | 她 | 他们 | 这个 | 那个 | 这些 | 那些 | 那里 | 这 | 那 | 其 | 那裡 | それ | これ | あれ | その | この | あの | そこ | 彼 | 彼女`),
  handsOver: anywhere(`
    here is | here's | here are | below | following | follows | attached | part one | part two | the first part | second part | next part | last part | final part | first, | second, | third, | chapter | current values | these are my | this is my | hier is | hieronder | bijlage | hier ist | hier sind | im folgenden | anbei | voici | ci-dessous |
    aquí está | aquí tienes | a continuación | adjunto | ecco | di seguito | allego | aqui está | abaixo | segue | em anexo | 这是 | 以下 | 下面是 | 如下 | これは | 以下は | 次の文章`),
  reports: anywhere(`
    i get | i got | i'm getting | i am getting | i keep getting | it returns | it returned | returns | returned | returning | it gives | it gave | gave me | gives me | it says | it shows | it prints | it prints | the output | the result | ik krijg | geeft | ich bekomme | ich erhalte | die ausgabe | liefert | j'obtiens | ça donne | ça affiche | le résultat |
    obtengo | me sale | me da | devuelve | ottengo | mi dà | restituisce | recebo | dá | retorna | 得到 | 返回 | 输出 | 显示 | 出力 | 返って | 表示され`),
  linking: opening(`
    and | but | so | or | also | then | what about | how about | and what | and if | and how | now | plus | as for | en | maar | dus | hoe zit het | wat dacht je | und | aber | oder | was ist mit | wie sieht es | und was | et | mais | alors | donc | et pour | qu'en est-il | y | pero | entonces | y qué | qué tal | e | ma | quindi | allora | e per | che ne dici | e se | mas | então | e quanto | e para | e o |
    那 | 那么 | 还有 | 但是 | 那如果 | では | じゃあ | それで | でも | あと | そして`),
  slot: opening(`
    in | on | at | to | from | for | between | around | it's | it is | i'm | i am | i'll | i will | i usually | just | only | the first | the second | first | second | some | my | next | tomorrow | today`),
} as const satisfies Readonly<Record<string, RegExp>>;

/** Words that only texts in English, and only texts in another of the languages, are full of. */
export const ENGLISH =
  /(?<![\p{L}\p{N}])(?:the|is|are|of|and|to|what|how|you|your|my|that|it|for|with|can|do|does|did|was|were|please|this|i|a)(?![\p{L}\p{N}])/giu;
export const FOREIGN =
  /(?<![\p{L}\p{N}])(?:de|het|een|niet|ik|je|van|der|die|das|und|nicht|ich|ein|eine|ist|mir|le|la|les|des|un|une|est|pas|je|du|el|los|las|una|que|es|por|para|con|il|di|che|non|per|sono|uma|não|os|em|com|você|me|du|zu|mi|moi|se|da|do)(?![\p{L}\p{N}])|[\u3040-\u30ff\u3400-\u9fffäöüßñçãõáéíóúâêîôûàèìòù¿¡]/giu;
