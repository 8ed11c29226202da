"""The same cases for fastai v2, to stand beside ours: fastai_v2_bench.py --json CASE prints one JSON object.

torchvision's ResNet-50 with random weights, which are as fast. v2 augments whole batches, after loading them.
"""

import time

import fastai_bench as bench


def measure(a):
    import fastai.vision.all as fv
    import torch

    def learner(dls):
        settings = dict(n_out=2, pretrained=False, normalize=False, loss_func=fv.CrossEntropyLossFlat())
        learn = fv.vision_learner(dls, fv.resnet50, **settings)
        learn.unfreeze() if a.phase == "unfrozen" else learn.freeze()
        return learn

    class SkipValidation(fv.Callback):
        def before_validate(self):
            raise fv.CancelValidException

    def ready_learner(train, valid):
        loaders = [bench.ready_batches(a, count) for count in (train, valid)]
        learn = learner(fv.DataLoaders(*loaders))
        if a.variant == "channels_last":
            learn.model.to(memory_format=torch.channels_last)
        return learn

    def folder_data():
        return fv.ImageDataLoaders.from_folder(
            a.dir,
            train="train",
            valid=bench.valid_folder(a),
            item_tfms=fv.Resize(a.size),
            batch_tfms=[*fv.aug_transforms(size=a.size), fv.Normalize.from_stats(*fv.imagenet_stats)],
            bs=a.bs,
            num_workers=int(a.variant),
        )

    def step():
        times, losses = [], []

        class Clock(SkipValidation):
            def after_batch(self):
                times.append(time.perf_counter())
                losses.append(float(self.learn.loss))

        learn = ready_learner(bench.WARM_UP + a.steps, 1)
        learn.fit(1, slice(1e-6, 1e-4), cbs=[Clock()])
        return bench.step_result(a, times, losses)

    def valid():
        learn = ready_learner(1, a.steps)
        return bench.valid_result(a, lambda: learn.get_preds(dl=learn.dls.valid, with_loss=True, reorder=False))

    def epoch():
        start = time.perf_counter()
        dls = folder_data()
        load = time.perf_counter() - start
        learn = learner(dls)
        rate = slice(3e-3) if a.phase == "frozen" else slice(1e-6, 1e-4)
        fit = bench.seconds_of(lambda: learn.fit_one_cycle(1, rate, cbs=[SkipValidation()]))
        return bench.epoch_result(len(dls.train) * a.bs, load, fit)

    def load():
        start = time.perf_counter()
        images = sum(len(y) for _, y in folder_data().train)
        return bench.load_result(images, time.perf_counter() - start)

    return dict(step=step, valid=valid, epoch=epoch, load=load)[a.json]()


if __name__ == "__main__":
    bench.run(measure, __doc__)
