export interface UnslothOptions {
  readonly dataId: string;
  /** "demo": 50 steps, to see that it runs; "full": ten epochs. */
  readonly mode: "demo" | "full";
  /** [1, ...) default 2048: of text and answer. */
  readonly maxTokens?: number;
}

const MODES = {
  demo: { batch: 1, accumulate: 1, length: "max_steps=50, num_train_epochs=1" },
  full: { batch: 4, accumulate: 4, length: "num_train_epochs=10" },
} as const;

/** A Python script that trains Phi-3.5-mini with Unsloth on the conversations beside it, then answers one page of the test set. */
export function unslothScript({ dataId, mode, maxTokens = 2048 }: UnslothOptions): string {
  const { batch, accumulate, length } = MODES[mode];
  return `# Fine-tunes Phi-3.5-mini on which data sets a page mentions (${mode}). One GPU of 16 GB or more.
#   pip install unsloth
#   python train.py
import json
from pathlib import Path

from unsloth import FastLanguageModel  # before trl: it patches what trl imports
from unsloth.chat_templates import get_chat_template
from datasets import Dataset
from transformers import StoppingCriteria, StoppingCriteriaList
from trl import SFTConfig, SFTTrainer

HERE = Path(__file__).resolve().parent
DATA_ID = ${JSON.stringify(dataId)}
MAX_TOKENS = ${maxTokens}


def conversations(split):
    text = (HERE / f"conversation_data_{DATA_ID}-{split}.json").read_text(encoding="utf-8")
    return Dataset.from_list([{"conversations": turns} for turns in json.loads(text)])


model, tokenizer = FastLanguageModel.from_pretrained(
    model_name="unsloth/Phi-3.5-mini-instruct", max_seq_length=MAX_TOKENS, dtype=None, load_in_4bit=True
)
model = FastLanguageModel.get_peft_model(
    model,
    r=16,
    lora_alpha=16,
    lora_dropout=0,
    bias="none",
    target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
    use_gradient_checkpointing="unsloth",
    random_state=1029,
)
tokenizer = get_chat_template(
    tokenizer,
    chat_template="phi-3",
    mapping={"role": "from", "content": "value", "user": "human", "assistant": "gpt"},
)


def prepared(split):
    data = conversations(split)
    if len(data) == 0:
        return None
    texts = data.map(lambda row: {"text": tokenizer.apply_chat_template(row["conversations"], tokenize=False)})
    # The files were cut by another tokenizer: this model's own has the last word.
    return texts.filter(lambda row: len(tokenizer(row["text"])["input_ids"]) < MAX_TOKENS)


train, valid, test = prepared("train"), prepared("valid"), prepared("test")
if train is None or len(train) == 0:
    raise SystemExit("the train split holds no page; label more papers")
watched = valid is not None and len(valid) > 0

trainer = SFTTrainer(
    model=model,
    tokenizer=tokenizer,
    train_dataset=train,
    eval_dataset=valid if watched else None,
    args=SFTConfig(
        output_dir=str(HERE / "checkpoints"),
        dataset_text_field="text",
        max_seq_length=MAX_TOKENS,
        packing=True,
        per_device_train_batch_size=${batch},
        gradient_accumulation_steps=${accumulate},
        ${length},
        learning_rate=2e-4,
        lr_scheduler_type="linear",
        warmup_ratio=0.01,
        optim="adamw_8bit",
        weight_decay=0.01,
        seed=1029,
        logging_steps=1,
        eval_strategy="steps" if watched else "no",
        save_strategy="steps",
        eval_steps=25,
        save_steps=25,
        save_total_limit=2,
        load_best_model_at_end=watched,
        metric_for_best_model="eval_loss" if watched else None,
        greater_is_better=False if watched else None,
        report_to="none",
    ),
)
trainer.train()
model.save_pretrained(str(HERE / "adapter"))
tokenizer.save_pretrained(str(HERE / "adapter"))


class SecondEnd(StoppingCriteria):
    """The prompt holds one end mark; the answer is over at its own."""

    def __init__(self, mark):
        self.mark = mark

    def __call__(self, input_ids, scores, **kwargs):
        return int((input_ids[0] == self.mark).sum()) >= 2


if test is not None and len(test) > 0:
    FastLanguageModel.for_inference(model)
    page = test[0]["conversations"][0]
    ids = tokenizer.apply_chat_template([page], tokenize=True, add_generation_prompt=True, return_tensors="pt").to(model.device)
    end = tokenizer.convert_tokens_to_ids("<|end|>")
    answer = model.generate(
        input_ids=ids, max_new_tokens=2048, use_cache=True, stopping_criteria=StoppingCriteriaList([SecondEnd(end)])
    )
    print(tokenizer.decode(answer[0][ids.shape[1]:], skip_special_tokens=True))
`;
}
