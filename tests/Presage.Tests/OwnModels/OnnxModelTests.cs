using Microsoft.Extensions.Time.Testing;
using Presage.Detection.OwnModels;
using Presage.Onnx;
using Xunit;

namespace Presage.Tests.OwnModels;

public sealed class OnnxModelTests
{
    [Theory]
    [InlineData("mean")]
    [InlineData("mean-one")]
    public void Many_windows_are_answered_one_by_one_or_at_once(string name)
    {
        using var model = GoldenModel.Load(name, ModelOutput.Forecast);
        const int Count = 700;
        float[] windows = [.. Enumerable.Range(0, Count * GoldenModel.Window).Select(static i => (float)i)];
        float[] answers = new float[Count];

        model.Run(windows, Count, answers);

        for (int i = 0; i < Count; i++)
        {
            Assert.Equal((i * GoldenModel.Window) + 3.5, answers[i], 0.01);
        }
    }

    [Fact]
    public void A_forecast_may_say_how_far_values_stray_and_windows_may_have_a_channel()
    {
        using var model = GoldenModel.Load("mean-band", ModelOutput.Forecast);
        float[] answers = new float[4];

        model.Run([0, 2, 0, 2, 0, 2, 0, 2, 5, 5, 5, 5, 5, 5, 5, 5], 2, answers);

        Assert.Equal(2, model.Outputs);
        Assert.Equal([1, 2, 5, 0], answers);
    }

    [Fact]
    public void The_answer_of_several_is_the_one_that_is_named()
    {
        using var model = GoldenModel.Load("range", ModelOutput.Score, "score");
        float[] answers = new float[1];

        model.Run([1, 2, 3, 4, 5, 6, 7, 9.5f], 1, answers);

        Assert.Equal([8.5f], answers);
        Assert.Equal("window: float32[N, 8]", $"{model.Input}");
    }

    [Theory]
    [InlineData("range", "it has 2 outputs (label: int64[N, 1]; score: float32[N, 1]); name one by output_tensor")]
    [InlineData(
        "bad-type",
        "its input is window: int64[N, 1]; expected is float32[N, 8], [1, 8], [N, 8, 1] or [N, 1, 8]"
    )]
    [InlineData("bad-window", "its input is window: float32[N, 7]; expected is float32[N, 8]")]
    [InlineData("bad-window", "for a window of 8: say window: 7 in its description, or train it for 8")]
    [InlineData(
        "bad-output",
        "its output is answer: float32[N, 8]; expected is float32[N] or [N, 1], a score per window"
    )]
    [InlineData("bad-opset", "bad-opset.onnx needs ONNX's operator set 99, which ONNX Runtime 1.")]
    [InlineData("bad-bytes", "bad-bytes.onnx (100 bytes) is no ONNX file, or not all of one: export it again")]
    [InlineData("bad-shape", "it failed on 2 windows at a node of Reshape: The input tensor cannot be reshaped")]
    [InlineData("bad-one", "any number of windows at once, but it failed on 2 windows at node flatten (Reshape): ")]
    [InlineData("bad-one", "One window it answers: export it with a first axis of 1")]
    [InlineData("bad-operator", "bad-operator.onnx has the operator com.acme:Tokenizer, which is not one of ONNX's")]
    [InlineData("bad-version", "bad-version.onnx is written in version 99 of ONNX's file format (its IR version)")]
    [InlineData("bad-weights", "keeps the weights \"w\" in another file, which is not read: save it as one file")]
    [InlineData("bad-number", "has numbers of a type that ONNX Runtime")]
    [InlineData("bad-node", "does not fit together: node dense (MatMul): Incompatible dimensions for matrix")]
    [InlineData("bad-mix", "does not fit together: node plus (Add) takes tensor(float) and tensor(int64), which")]
    [InlineData("bad-link", "does not fit together: a node takes \"nowhere\", which nothing gives")]
    [InlineData("none-at-all", "none-at-all.onnx cannot be read: ")]
    public void What_cannot_be_used_is_told_with_what_was_seen_and_expected(string name, string message)
    {
        var refused = Assert.Throws<ModelException>(() => GoldenModel.Load(name, ModelOutput.Score));

        Assert.Contains(message, refused.Message);
    }

    [Fact]
    public void A_file_that_is_too_large_is_refused_before_it_is_read()
    {
        string path = Path.GetTempFileName();
        try
        {
            using (var file = File.OpenWrite(path))
            {
                file.SetLength(OnnxModel.FileBytesMax + 1);
            }

            var refused = Assert.Throws<ModelException>(() =>
                OnnxModel.Load(path, GoldenModel.Contract(ModelOutput.Score), null, null, TimeSpan.FromSeconds(1))
            );

            Assert.Contains("has 67108865 bytes; 67108864 (64 MiB) is the most", refused.Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_model_that_takes_too_long_is_stopped()
    {
        var time = new FakeTimeProvider();
        using var model = OnnxModel.Load(
            GoldenModel.PathOf("slow"),
            GoldenModel.Contract(ModelOutput.Forecast),
            null,
            null,
            TimeSpan.FromMilliseconds(100),
            time
        );
        float[] answers = new float[1];
        model.Run([1, 1, 1, 1, 1, 1, 1, 1], 1, answers);
        Assert.Equal([0.5f], answers);

        var running = Task.Run(() => model.Run([2000, 1, 1, 1, 1, 1, 1, 1], 1, answers));
        while (!running.IsCompleted)
        {
            // More than once: it may not have begun yet when the clock goes on.
            time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }

        var stopped = await Assert.ThrowsAsync<ModelException>(() => running);
        Assert.Equal("it took longer than 0.1 s for 1 window", stopped.Message);
        model.Run([1, 1, 1, 1, 1, 1, 1, 1], 1, answers);
        Assert.Equal([0.5f], answers);
    }

    [Fact]
    public void Bytes_that_are_changed_anywhere_do_no_harm()
    {
        byte[] good = File.ReadAllBytes(GoldenModel.PathOf("range"));
        string path = Path.GetTempFileName();
        try
        {
            for (int at = 0; at < good.Length; at += 3)
            {
                byte[] changed = [.. good];
                changed[at] ^= (byte)(1 << (at % 8));
                File.WriteAllBytes(path, changed);
                try
                {
                    using var model = OnnxModel.Load(
                        path,
                        GoldenModel.Contract(ModelOutput.Score),
                        null,
                        "score",
                        TimeSpan.FromSeconds(1)
                    );
                    model.Run(new float[GoldenModel.Window], 1, new float[1]);
                }
                catch (ModelException e)
                {
                    Assert.NotEmpty(e.Message);
                }
            }
        }
        finally
        {
            File.Delete(path);
        }
    }
}
