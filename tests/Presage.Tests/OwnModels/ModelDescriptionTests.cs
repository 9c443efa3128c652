using Presage.Detection.OwnModels;
using Presage.Onnx;
using Presage.OwnModels;
using Xunit;

namespace Presage.Tests.OwnModels;

/// <summary>The descriptions beside models, and what is said of wrong ones.</summary>
public sealed class ModelDescriptionTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("presage-models-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_description_says_all_there_is_to_know()
    {
        var read = Read(
            """
            # What the load of a server should be.
            model: mean.onnx
            query: sum by (instance) (rate(node_cpu_seconds_total{mode!="idle"}[1m]))
            step: 30s
            window: 120
            output: score
            odd: low
            scaling: fixed
            mean: -3.5
            deviation: 2e3
            missing: nan
            input_tensor: window
            output_tensor: score
            false_alarms: 0.5
            """
        );

        Assert.Equal("load", read.Contract.Name);
        Assert.Equal(TimeSpan.FromSeconds(30), read.Contract.Step);
        Assert.Equal(
            (120, ModelOutput.Score, OddEnd.Low, ModelScaling.Fixed, -3.5, 2_000.0, MissingValues.NaN),
            (
                read.Contract.Window,
                read.Contract.Output,
                read.Contract.Odd,
                read.Contract.Scaling,
                read.Contract.Mean,
                read.Contract.Deviation,
                read.Contract.Missing
            )
        );
        Assert.Equal(
            (Path.Combine(_folder, "mean.onnx"), "window", "score", 0.5),
            (read.File, read.InputTensor, read.OutputTensor, read.FalseAlarms)
        );
    }

    [Fact]
    public void What_is_left_out_has_a_default()
    {
        var read = Read("query: node_load1\nstep: 1m\nwindow: 60\noutput: forecast\n");

        Assert.Equal(Path.Combine(_folder, "load.onnx"), read.File);
        Assert.Equal((ModelScaling.None, MissingValues.Fill), (read.Contract.Scaling, read.Contract.Missing));
        Assert.Null(read.FalseAlarms);
    }

    [Theory]
    [InlineData("", "load.yaml: a description is one mapping of keys to values, for example \"step: 1m\".")]
    [InlineData("step: 1m: 2", "load.yaml:1: is not YAML: ")]
    [InlineData("window: 60\noutput: score", "load.yaml: query is missing: a PromQL expression such as node_load1.")]
    [InlineData("querry: up", "load.yaml:1: unknown key \"querry\"; the nearest valid key is \"query\".")]
    [InlineData("query: up\nstep: 1x", "load.yaml:2: step: \"1x\" is not a duration from 1s to 1h.")]
    [InlineData("query: up\nstep: 2h", "load.yaml:2: step: \"2h\" is not a duration from 1s to 1h.")]
    [InlineData("query: up\nwindow: 5000", "load.yaml:2: window: \"5000\" is not a whole number from 1 to 4096.")]
    [InlineData("query: up\noutput: label", "load.yaml:2: output: \"label\" is not score, forecast or reconstruction.")]
    [InlineData("query: rate(up", "load.yaml:1: query: is not a PromQL expression such as node_load1: ")]
    [InlineData(
        "query: 1 + 1",
        "load.yaml:1: query: answers with no series; a PromQL expression such as node_load1 does."
    )]
    [InlineData(
        "query: up\nscaling: fixed",
        "load.yaml:2: scaling: fixed needs mean and deviation, those of the training data."
    )]
    [InlineData("query: up\nmean: 3", "load.yaml:2: mean: has no meaning with scaling: none.")]
    [InlineData("query: up\noutput: forecast\nodd: low", "load.yaml:3: odd: has no meaning with output: forecast.")]
    [InlineData(
        "query: up\nmodel: ../x.onnx",
        "load.yaml:2: model: \"../x.onnx\" is not the name of a file beside the description."
    )]
    [InlineData("query: up\nstep: 1h\nwindow: 200", "load.yaml:3: window: 200 steps are longer than 7 days.")]
    [InlineData("query: [a, b]", "load.yaml:1: query: needs a value, not a list or mapping.")]
    public void What_is_wrong_is_told_with_its_line(string text, string message)
    {
        var refused = Assert.Throws<ModelException>(() => Read(text));

        Assert.Contains(message, refused.Message);
    }

    [Fact]
    public void A_model_without_a_description_and_a_bad_name_are_told()
    {
        File.Copy(GoldenModel.PathOf("mean"), Path.Combine(_folder, "load.onnx"));
        var missing = Assert.Throws<ModelException>(() =>
            ModelLoading.Load(Path.Combine(_folder, "load.onnx"), TimeSpan.FromSeconds(1))
        );
        var named = Assert.Throws<ModelException>(() =>
            ModelLoading.Load(Path.Combine(_folder, "my load.onnx"), TimeSpan.FromSeconds(1))
        );

        Assert.StartsWith("load.yaml is missing: it says what the model looks at", missing.Message);
        Assert.StartsWith("\"my load\" is no name of a model", named.Message);
    }

    ModelDescription Read(string text)
    {
        string path = Path.Combine(_folder, "load.yaml");
        File.WriteAllText(path, text);
        return ModelDescriptionReader.Read(path);
    }
}
