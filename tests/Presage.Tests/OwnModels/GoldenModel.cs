using Presage.Detection.OwnModels;
using Presage.Onnx;

namespace Presage.Tests.OwnModels;

/// <summary>The models of the folder Golden, which <c>make_models.py</c> writes.</summary>
static class GoldenModel
{
    public const int Window = 8;

    public static string PathOf(string name) =>
        Path.Combine(AppContext.BaseDirectory, "OwnModels", "Golden", $"{name}.onnx");

    public static ModelContract Contract(ModelOutput output, ModelScaling scaling = ModelScaling.None) => new()
    {
        Name = "golden",
        Window = Window,
        Step = TimeSpan.FromMinutes(1),
        Output = output,
        Scaling = scaling,
    };

    public static OnnxModel Load(string name, ModelOutput output, string? answer = null) =>
        OnnxModel.Load(PathOf(name), Contract(output), null, answer, TimeSpan.FromSeconds(30));

    /// <summary>Puts a model with its description into a folder.</summary>
    public static void Place(string folder, string name, string model, string description)
    {
        Directory.CreateDirectory(folder);
        File.Copy(PathOf(model), Path.Combine(folder, $"{name}.onnx"), overwrite: true);
        File.WriteAllText(Path.Combine(folder, $"{name}.yaml"), description);
    }
}
