// Words that stand where names stand and are none. General vocabulary, nothing taken from data.

/** Words that open a sentence or a letter before a name. */
export const OPENERS: ReadonlySet<string> = new Set(
  (
    'suppose imagine assume pretend consider let lets say says said given take if when while since because although though but and or so then ' +
    'dear hello hi hey hiya thanks thank thx greetings regards sincerely cheers yours kindly welcome meet ask tell call contact email phone text ' +
    'give show write send help explain describe compare summarize summarise translate list find get make does did do is are was were has have had ' +
    'can could would should will shall may might must who what why how where which whose whom there here this that these those the a an my your his her our their its ' +
    'yes no ok okay sure please sorry maybe perhaps also according about after before for from with without by in on at to of as ' +
    'migrate upgrade downgrade convert implement configure deploy install uninstall refactor rewrite generate create build prove draw compute ' +
    'calculate solve simplify debug review check confirm cancel ' +
    'nice good great cool awesome wow oh ah well now today tomorrow yesterday tonight ' +
    'hallo liebe lieber hola querida querido bonjour cher chère ciao cara caro beste geachte olá'
  ).split(' '),
);

/** Software and services that bear people's names. They are left only where the sentence is about technology. */
export const PRODUCTS: ReadonlySet<string> = new Set(
  (
    'ada alexa siri cortana claude watson julia ruby jasmine jenkins hugo jasper iris aurora athena phoenix cassandra kong tesla dali delphi ' +
    'pascal haskell scala elixir perl lisp rust swift kotlin dart erlang eiffel oberon django flask laravel drupal joomla jekyll gatsby ember ' +
    'angular svelte vue nuxt react redux jest mocha karma jade pug selenium cypress maven gradle ant ivy spring hibernate tomcat jetty apache ' +
    'kafka spark flink storm hadoop hive pig druid presto trino impala solr lucene neptune macie polly lex lambda fargate bedrock sagemaker ' +
    'gemini bard llama mistral falcon vicuna alpaca bert elmo ernie roberta albert grok terraform ansible chef puppet vagrant nomad consul vault ' +
    'grafana loki tempo mimir thanos jaeger zipkin prometheus sentry bazel buck gitea travis circle argo flux helm istio envoy linkerd traefik ' +
    'caddy nginx redis mongo couch riak dynamo cosmos spanner bigtable firestore vertex azure salesforce einstein bixby ubuntu debian fedora ' +
    'sierra mojave catalina monterey ventura sonoma sequoia jellyfin emacs vim atom brackets alloy maple sage octave wolfram stan pyro mastodon bluesky discord slack zoom lua kysely weaviate litellm langchain'
  ).split(' '),
);

/** Of these, what hardly anybody is called: beside one of them the others are software too. */
const UNMISTAKABLE: ReadonlySet<string> = new Set(
  (
    'haskell kotlin scala elixir erlang lisp rust django laravel drupal joomla angular svelte redux nginx redis ubuntu debian grafana terraform ' +
    'kubernetes hadoop fortran cobol typescript javascript python java golang clojure ocaml groovy matlab'
  ).split(' '),
);

/** "Pascal, Ada" where the text names Haskell too: all that the finding says is software, and something beyond doubt stands beside it. */
export function isSoftware(text: string, value: string): boolean {
  const words = value.toLowerCase().match(/\p{L}+/gu) ?? [];
  if (words.length === 0 || !words.every((word) => PRODUCTS.has(word) || UNMISTAKABLE.has(word))) return false;
  return [...text.matchAll(/\p{Lu}\p{L}+/gu)].some(([word]) => UNMISTAKABLE.has(word.toLowerCase()));
}

/** "Hertha BSC", "FC Porto", "GitLab CI", "PayPal": a club by its letters, a product by a capital inside. */
export const CLUB_OR_BRAND =
  /^(?:FC|AFC|SSC|TSV|FSV|VfB|VfL|RCD) \p{L}|\p{L} (?:FC|AFC|BSC|CF|FK|SK|FSV|CI)$|^(?:\p{Lu}\p{Ll}+ )?\p{Lu}\p{Ll}+(?:Lab|Hub|Tube|Pal|Script|Book|Soft|SQL|DB|Ware|Base|Stack|Cloud|Works|Point|Sheet|Mail|Chat|Space|Flow)(?!\p{L})/u;

/** Before the name of a club. */
export const CLUB_BEFORE = /(?<!\p{L})(?:FC|AFC|SSC|TSV|FSV|VfB|VfL|RCD) $/u;

/** A sentence about technology. */
export const TECHNICAL =
  /(?<!\p{L})(?:language|languages|program(?:ming|s)?|code|coding|compiler|script|framework|librar(?:y|ies)|package|module|plugin|install(?:ed|ing)?|deploy(?:ed|ing|ment)?|server(?:less)?|cluster|containers?|docker|kubernetes|k8s|database|db|sql|nosql|query|queries|api|apis|sdk|cli|cloud|aws|amazon|azure|gcp|google|microsoft|oracle|apple|anthropic|openai|chatbot|assistant|ai|ml|llms?|models?|version|release|config(?:uration)?|pipeline|ci|cd|devops|git|github|linux|mac ?os|java|javascript|typescript|python|rails|php|node|react|frontend|backend|web|app|apps|browser|software|tool|tools|data|stream(?:ing)?|functions?|class|debug|error|exception|logs?|dashboard|metrics|tracing|integration|gateway|proxy|monitoring|skill|phones?|smartphones?|iphone|android|samsung|pixel|voice|twitter|social media|social network|accounts?)(?!\p{L})/iu;

/** What is named after someone: "Newton's second law", "Alzheimer's disease". */
export const EPONYM_OF =
  /^['’]s? (?:\p{L}+ ){0,2}(?:laws?|theorems?|lemma|algorithms?|disease|syndrome|paradox|conjecture|principles?|equations?|constant|hypothesis|inequality|razor|criterion|triangle|comet|dilemma)(?!\p{L})/u;
export const EPONYM_WITH =
  /^ (?:\p{Ll}+ )?(?:laws?|theorems?|lemma|algorithms?|disease|syndrome|effect|paradox|conjecture|equations?|constant|hypothesis|inequality|transform|series|distribution|machine|distance|coefficient|reaction|diagram|prize|award|medal|foundation|university|college|institute|hospital|airport|bridge|museum|station|stadium|comet|telescope|sequence|simulation|lymphoma)(?!\p{L})/u;
