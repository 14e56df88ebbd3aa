// Home cooks on a recipe site. The client keeps a window of six messages: in longer talks the beginning is dropped.
import type { Conversation } from '../types.ts';

export const KITCHEN: readonly Conversation[] = [
  {
    name: 'kitchen: sourdough starter',
    user: 'cook-anouk',
    app: 'kitchen',
    when: 'past',
    turns: [
      [
        'How do I begin a sourdough starter with rye flour?',
        'Mix 50 g of rye flour with 50 g of water, leave it for 24 hours, then feed it daily.',
      ],
      ['How warm should it stand?', 'Between 24 and 28 degrees. Near the oven is often good.'],
      ['It smells like nail varnish', 'That is acetone: it is hungry. Feed it twice a day.'],
      ['Now there are bubbles but it does not rise', 'Make it a little thicker, with 10 g less water. Then it can hold the gas.'],
      ['When can I bake with it?', 'When it doubles within six hours, three days in a row.'],
      ['What was the amount of flour in the beginning again?', 'I am not sure which recipe you mean. What would you like to bake?'],
      ['The starter!!', 'For a starter people often take equal parts of flour and water.'],
    ],
  },
  {
    name: 'kitchen: dinner for eight',
    user: 'cook-bram',
    app: 'kitchen',
    when: 'past',
    turns: [
      [
        'I cook for eight on Saturday, two are vegetarian. Ideas for a main course?',
        'A large tray of ratatouille with white beans feeds all, with lamb chops on the side for six.',
      ],
      ['What could I prepare the day before?', 'The ratatouille gets better overnight. Salt the lamb in the evening.'],
      ['One of the vegetarians does not eat aubergine', 'Replace it by fennel and add it ten minutes earlier.'],
      ['And a starter that takes no oven?', 'A cold cucumber soup with yoghurt and mint, 15 minutes.'],
      ['Make it vegan please', 'Take almond yoghurt and a little lemon instead.'],
      ['How much lamb do I need?', 'Two or three chops each, so about 18.'],
      ['And dessert', 'Pears poached in red wine, 40 minutes, done the day before.'],
    ],
  },
  {
    name: 'kitchen: split mayonnaise',
    user: 'cook-anouk',
    app: 'kitchen',
    when: 'past',
    start: 122,
    turns: [
      [
        'My mayonnaise has split. Can I save it?',
        'Yes: put a fresh yolk in a clean bowl and whisk the split sauce in, drop by drop, 5 minutes.',
      ],
      ['I have no eggs left', 'Then a teaspoon of mustard or of warm water can do it as well.'],
      ['It worked! How do I avoid it next time?', 'All at room temperature, and the first 50 ml of oil very slowly.'],
    ],
  },
  {
    name: 'kitchen: cast iron pan',
    user: 'cook-carmen',
    app: 'kitchen',
    when: 'past',
    turns: [
      [
        'How do I season a new cast iron pan?',
        'Rub it with a thin layer of linseed oil and bake it for an hour at 230 degrees. Do that three times.',
      ],
      ['It is sticky now', 'There was too much oil. Bake it once more for an hour and wipe it while it is hot.'],
      ['Can I cook tomatoes in it?', 'Short is fine. Long stewing with acid takes the layer off.'],
      ['And dish soap?', 'A little is no problem. Dry it on the hob for 2 minutes afterwards.'],
    ],
  },
  {
    name: 'kitchen: gluten-free birthday cake',
    user: 'cook-dewi',
    app: 'kitchen',
    when: 'past',
    turns: [
      [
        'I need a birthday cake without gluten for twelve children',
        'A chocolate cake with ground almonds works well: 50 minutes at 170 degrees in a 28 cm tin.',
      ],
      ['Two of them are allergic to nuts', 'Then take rice flour and a little corn starch instead of almonds.'],
      ['How much of each', '180 g rice flour and 40 g starch.'],
      ['And the icing without butter?', 'Dark chocolate melted with coconut milk, 2 to 1. It sets in 30 minutes.'],
      ['Can it be blue?', 'Take white chocolate and a little spirulina powder.'],
      ['I want it shaped like a whale', 'Bake it in a loaf tin and an oval one. Cut the tail from the loaf.'],
      ['How long before the party can I make it all?', 'It depends on the dish. Which one do you mean?'],
      ['The whale cake of course', 'A cake with icing keeps for two days in a cool place.'],
    ],
  },
  {
    name: 'kitchen: leftover rice',
    user: 'cook-bram',
    app: 'kitchen',
    when: 'past',
    start: 31,
    turns: [
      ['What can I make from cold rice?', 'Fried rice with egg, spring onion and soy sauce, 12 minutes.'],
      ['Is it safe after three days?', 'Better not: rice should be cooled quickly and eaten within one day.'],
      ['Then what do I do with it', 'Compost. I am sorry.'],
    ],
  },
  {
    name: 'kitchen: pizza dough',
    user: 'cook-emil',
    app: 'kitchen',
    when: 'live',
    turns: [
      [
        'How much yeast for pizza dough that rests overnight?',
        'Very little: 1 g of fresh yeast for 500 g of flour, 18 hours in the fridge.',
      ],
      ['And water?', '325 g, which is 65 percent.'],
      ['My oven only reaches 250', 'Then use a steel plate and heat it for 45 minutes. Bake for 6 to 7 minutes.'],
      ['Which tomatoes', 'Canned whole ones, crushed by hand with salt. No cooking.'],
      ['The cheese gets watery', 'Cut the mozzarella in strips and let it drain for an hour.'],
      ['How many pizzas does that dough give?', 'That depends on the dough. A ball of 250 g makes one pizza of 30 cm.'],
      ['From the 500 g of flour that you told me', 'With 65 percent water that is three balls of about 275 g.'],
    ],
  },
  {
    name: 'kitchen: tough beans',
    user: 'cook-carmen',
    app: 'kitchen',
    when: 'live',
    turns: [
      ['Why do my white beans stay hard?', 'Old beans or hard water. A pinch of baking soda in the soaking water helps.'],
      ['They soaked for 12 hours', 'Then it is the water. Add the soda while cooking, a quarter of a teaspoon.'],
      ['When do I put salt in?', 'At the beginning is fine, it makes the skins softer.'],
    ],
  },
  {
    name: 'kitchen: knife sharpening',
    user: 'cook-dewi',
    app: 'kitchen',
    when: 'live',
    turns: [
      ['Which whetstone for a beginner?', 'A combined one, 1000 on one side and 3000 on the other.'],
      ['At what angle?', '15 degrees for Japanese knives, 20 for European ones.'],
      ['How do I keep it steady', 'Put your thumb on the spine and check with a coin under it.'],
      ['And bread knives?', 'Those need a ceramic rod, tooth by tooth. 20 minutes.'],
    ],
  },
  {
    name: 'kitchen: kimchi',
    user: 'cook-emil',
    app: 'kitchen',
    when: 'later',
    turns: [
      ['How long does kimchi ferment at room temperature?', 'Two to four days, then in the fridge.'],
      ['White film on top: mould?', 'If it is flat and without colour it is yeast. Take it off and push the cabbage below the brine.'],
      ['Can I leave out the fish sauce', 'Yes, take soy sauce and a piece of kelp.'],
      ['How much salt', '2 percent of the weight of the cabbage.'],
    ],
  },
  {
    name: 'kitchen: camping stove meals',
    user: 'cook-bram',
    app: 'kitchen',
    when: 'later',
    turns: [
      [
        'One-pot meals for a camping stove, four days, no fridge',
        'Couscous with dried tomatoes, lentils with smoked sausage, pasta with tuna, and rice with coconut powder.',
      ],
      ['How much gas does that take?', 'About 25 g a meal, so one 230 g cartridge.'],
      ['And breakfast', 'Oats with dried apple, 6 minutes.'],
    ],
  },
];
