"""The same cases for fastai v1, to stand beside ours: fastai_v1_bench.py --json CASE prints one JSON object.

fastai itself runs, by its own calls; `fastai_v1.py` in the folder --oracle makes it run on today's PyTorch.
"""

import sys
import time

import fastai_bench as bench


def measure(a):
    sys.path.insert(0, a.oracle)
    import fastai_v1 as v1
    import fastai.vision as fv
    import torch

    def learner(data):
        body = lambda pretrained=True: v1.resnet50(a.weights) if a.weights else v1.ResNet50()  # noqa: E731
        split = lambda m: (m[0][6], m[1])  # noqa: E731
        learn = fv.cnn_learner(data, body, cut=-2, split_on=split, loss_func=fv.CrossEntropyFlat())
        if a.phase == "unfrozen":
            learn.unfreeze()
        return learn

    class SkipValidation(fv.Callback):
        def on_epoch_begin(self, **kwargs):
            return {"skip_validate": True}

    def ready_learner(train, valid):
        loaders = [bench.ready_batches(a, count) for count in (train, valid)]
        learn = learner(fv.DataBunch(*loaders, fix_dl=loaders[1], collate_fn=lambda batch: batch, no_check=True))
        if a.variant == "channels_last":
            learn.model.to(memory_format=torch.channels_last)
        return learn

    def folder_data():
        settings = dict(size=a.size, bs=a.bs, num_workers=int(a.variant), ds_tfms=fv.get_transforms())
        data = fv.ImageDataBunch.from_folder(a.dir, train="train", valid=bench.valid_folder(a), **settings)
        return data.normalize(fv.imagenet_stats)

    def step():
        times, losses = [], []

        class Clock(SkipValidation):
            def on_batch_end(self, last_loss, **kwargs):
                times.append(time.perf_counter())
                losses.append(float(last_loss))

        learn = ready_learner(bench.WARM_UP + a.steps, 1)
        learn.fit(1, slice(1e-6, 1e-4), callbacks=[Clock()])
        return bench.step_result(a, times, losses)

    def valid():
        learn = ready_learner(1, a.steps)
        return bench.valid_result(a, lambda: learn.get_preds(fv.DatasetType.Valid, with_loss=True))

    def epoch():
        start = time.perf_counter()
        data = folder_data()
        load = time.perf_counter() - start
        learn = learner(data)
        rate = slice(3e-3) if a.phase == "frozen" else slice(1e-6, 1e-4)
        fit = bench.seconds_of(lambda: learn.fit_one_cycle(1, rate, callbacks=[SkipValidation()]))
        return bench.epoch_result(len(data.train_dl) * a.bs, load, fit)

    def load():
        start = time.perf_counter()
        images = sum(len(y) for _, y in folder_data().train_dl)
        return bench.load_result(images, time.perf_counter() - start)

    return dict(step=step, valid=valid, epoch=epoch, load=load)[a.json]()


if __name__ == "__main__":
    bench.run(measure, __doc__)
