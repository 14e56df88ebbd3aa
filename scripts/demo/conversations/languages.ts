// People who ask in their own language. The client sends the newest message alone.
import type { Conversation } from '../types.ts';

export const LANGUAGES: readonly Conversation[] = [
  {
    name: 'nl: huurcontract opzeggen',
    user: 'sanne',
    app: 'assistant',
    when: 'past',
    turns: [
      [
        'Hoe zeg ik mijn huurcontract op?',
        'Stuur een aangetekende brief met de datum waarop je wilt vertrekken. De opzegtermijn is meestal een maand.',
      ],
      ['Geldt dat ook voor een kamer?', 'Ja, ook voor een kamer geldt een maand, tenzij er een tijdelijk contract is.'],
      ['En de borg?', 'De borg moet binnen veertien dagen na de eindinspectie worden terugbetaald.'],
      ['Schrijf die brief voor me', 'Geachte verhuurder, hierbij zeg ik de huur van mijn woning op met inachtneming van een maand.'],
    ],
  },
  {
    name: 'nl: fietsband plakken',
    user: 'sanne',
    app: 'assistant',
    when: 'past',
    start: 118,
    turns: [
      [
        'Mijn fietsband loopt steeds leeg, wat kan het zijn?',
        'Controleer eerst het ventiel met een beetje water. Daarna de binnenband op een klein gaatje.',
      ],
      ['ik zie geen gaatje', 'Houd de band onder water en kijk waar belletjes komen.'],
      ['Gevonden! Hoe lang moet de lijm drogen?', 'Vijf minuten, tot hij niet meer plakt. Druk dan de plakker er stevig op.'],
    ],
  },
  {
    name: 'de: Balkonpflanzen',
    user: 'matthias',
    app: 'assistant',
    when: 'past',
    turns: [
      [
        'Welche Pflanzen vertragen einen sonnigen Südbalkon?',
        'Geranien, Lavendel und Rosmarin vertragen viel Sonne. Auch Fetthennen brauchen wenig Wasser.',
      ],
      ['Und was davon überlebt den Winter?', 'Lavendel und Fetthennen sind winterhart. Rosmarin braucht Schutz.'],
      ['Wie oft muss ich gießen?', 'Im Sommer morgens einmal, bei großer Hitze auch abends.'],
      ['Die Blätter werden gelb', 'Das ist oft zu viel Wasser. Prüfen Sie, ob der Topf unten ein Loch hat.'],
    ],
  },
  {
    name: 'de: Steuererklärung',
    user: 'matthias',
    app: 'assistant',
    when: 'live',
    turns: [
      [
        'Kann ich das Arbeitszimmer von der Steuer absetzen?',
        'Wenn es der Mittelpunkt Ihrer Arbeit ist, ja. Sonst gilt die Tagespauschale.',
      ],
      ['Wie hoch ist die Pauschale?', 'Sechs Euro am Tag, höchstens 1260 Euro im Jahr.'],
      ['Ich war 140 Tage zu Hause', 'Dann sind es 840 Euro.'],
      ['Und der Schreibtisch?', 'Arbeitsmittel kommen dazu, bis 800 Euro netto sofort.'],
    ],
  },
  {
    name: 'fr: voyage en Bretagne',
    user: 'camille',
    app: 'assistant',
    when: 'past',
    turns: [
      [
        'Que visiter en Bretagne en cinq jours avec deux enfants ?',
        'Saint-Malo et ses remparts, la forêt de Brocéliande, puis la côte de granit rose.',
      ],
      ['Et s’il pleut ?', 'Le grand aquarium de Saint-Malo et la Cité de la voile à Lorient.'],
      ['Combien de temps entre les deux ?', 'Environ deux heures et demie en voiture.'],
      ['Non, je voulais dire entre Saint-Malo et la forêt', 'Une petite heure et demie, avec une pause à Dinan.'],
    ],
  },
  {
    name: 'fr: lettre de motivation',
    user: 'camille',
    app: 'assistant',
    when: 'live',
    turns: [
      [
        'Aide-moi à écrire une lettre de motivation pour une librairie',
        'Madame, Monsieur, lectrice passionnée, je souhaite rejoindre votre librairie comme vendeuse.',
      ],
      ['Plus courte', 'Lectrice passionnée, je souhaite rejoindre votre équipe.'],
      ['Ajoute que je connais les mangas', 'Je connais bien les mangas, que je conseille depuis trois ans dans mon quartier.'],
    ],
  },
  {
    name: 'es: receta de gazpacho',
    user: 'lucia',
    app: 'assistant',
    when: 'past',
    turns: [
      ['¿Cómo se hace un buen gazpacho?', 'Tomates maduros, pepino, pimiento, ajo, aceite y vinagre. Todo en frío y bien batido.'],
      ['¿Lleva pan?', 'Un poco de pan del día anterior le da cuerpo, pero no es obligatorio.'],
      ['¿Y sin ajo?', 'Queda más suave. Puedes añadir un poco de comino.'],
      ['¿Cuántos días aguanta?', 'Tres días en la nevera, bien tapado.'],
    ],
  },
  {
    name: 'es: nombres para un gato',
    user: 'lucia',
    app: 'assistant',
    when: 'live',
    turns: [
      ['Necesito un nombre para un gato negro', 'Tinta, Regaliz, Carbón o Sombra.'],
      ['Es una gata muy dormilona', 'Entonces Siesta o Luna.'],
      ['Me gusta Siesta. ¿Cómo la acostumbro al transportín?', 'Déjalo abierto en casa con una manta suya y premios dentro.'],
    ],
  },
  {
    name: 'en: wedding speech',
    user: 'oliver',
    app: 'assistant',
    when: 'past',
    start: 175,
    turns: [
      [
        'Help me with a best man speech for my brother',
        'Begin with a small scene that only you two know, then turn to the couple. Three minutes are enough.',
      ],
      [
        'We once got lost on a lake in a pedal boat',
        'Lovely: he rowed, you navigated, and you still missed dinner. That shows his patience.',
      ],
      ['Too jokey. More heartfelt', 'He never said a word of blame that night. That is the man you are marrying.'],
      ['Better. Now the ending', 'Raise your glasses to two people who will always find the shore together.'],
      ['Shorter', 'To two people who will always find the shore.'],
    ],
  },
  {
    name: 'en: noisy upstairs neighbour',
    user: 'oliver',
    app: 'assistant',
    when: 'past',
    start: 38,
    turns: [
      ['My upstairs neighbour plays drums at night. What can I do?', 'Talk to him first, with the times written down. Then the landlord.'],
      ['I did. He laughed', 'Then keep a log for two weeks and write to the landlord.'],
      ['What exactly goes into the log?', 'Date, time, length, kind of noise, and who else heard it.'],
      [
        'About that speech: can you put the lake story into one sentence?',
        'One night on a lake he pedalled for hours and never blamed my map.',
        { resumeLive: 20, of: 'en: wedding speech' },
      ],
      ['and a version in rhyme', 'He pedalled on through wind and dark, and never said who missed the mark.', { of: 'en: wedding speech' }],
    ],
  },
  {
    name: 'en: houseplant with brown tips',
    user: 'grace',
    app: 'assistant',
    when: 'live',
    turns: [
      ['My calathea has brown leaf tips. What is wrong with it?', 'Dry air or hard water. Use rain water and put it away from the heater.'],
      ['Should I cut them off?', 'You can, along the shape of the leaf, with clean scissors.'],
      ['It also folds up at night', 'That is normal, it is called a prayer plant for that.'],
    ],
  },
  {
    name: 'en: running a first 10k',
    user: 'imke',
    app: 'assistant',
    when: 'live',
    turns: [
      [
        'I can run 3 km. How do I get to 10 in three months?',
        'Three runs a week: one short, one with intervals, one that gets half a kilometre longer each time.',
      ],
      ['My shin hurts', 'Take four days off and then run on soft ground. See a doctor if it stays.'],
      ['Swimming instead?', 'Good idea, it keeps your condition without the load.'],
      ['And what do I eat before the race?', 'Porridge two hours before, nothing new on the day.'],
    ],
  },
  {
    name: 'nl: verjaardag voor een kleuter',
    user: 'sanne',
    app: 'assistant',
    when: 'later',
    turns: [
      ['Ideeën voor een kinderfeestje van een vijfjarige?', 'Een speurtocht in het park met een schat aan het eind.'],
      ['En als het regent?', 'Dan een piratenschip van dozen in de kamer.'],
      ['Hoeveel kinderen is verstandig', 'Zoveel als de leeftijd, dus vijf.'],
    ],
  },
  {
    name: 'de: Katze und Hund',
    user: 'matthias',
    app: 'assistant',
    when: 'later',
    turns: [
      ['Wie gewöhne ich eine Katze an einen Hund?', 'Erst Gerüche tauschen, dann Sichtkontakt mit Gitter, jeden Tag ein paar Minuten.'],
      ['Sie faucht nur', 'Das ist am Anfang normal. Vergrößern Sie den Abstand und füttern Sie beide dabei.'],
      ['Wie lange dauert das?', 'Zwei bis sechs Wochen.'],
    ],
  },
  {
    name: 'en: choosing a tent',
    user: 'grace',
    app: 'assistant',
    when: 'later',
    turns: [
      ['Two-person tent for hiking, under 2 kilos?', 'Look for a double wall with two doors, around 1.7 kilos.'],
      ['Which one keeps dry in a storm?', 'A tunnel tent with a water column of 3000 mm and good guy lines.'],
      ['price', 'Between 250 and 400 euros.'],
      ['How do I mend a tear in it', 'Clean it with alcohol and put a round patch on both sides.'],
    ],
  },
];
