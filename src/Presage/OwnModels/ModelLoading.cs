using Presage.Onnx;

namespace Presage.OwnModels;

/// <summary>Takes a model and its description from their files.</summary>
static class ModelLoading
{
    const int NameMax = 64;

    /// <summary>Loads the model a description, or the model file beside one, stands for.</summary>
    /// <exception cref="ModelException">It cannot be used; the message says why.</exception>
    public static (ModelDescription Description, OnnxModel Model) Load(string path, TimeSpan batchTimeMax)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        if (
            name.Length > NameMax
            || name.Any(static c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
        )
        {
            throw new ModelException(
                $"\"{name}\" is no name of a model: up to {NameMax} letters, digits, '-', '_' and '.' are"
            );
        }

        string described = Path.ChangeExtension(path, ".yaml");
        if (!File.Exists(described))
        {
            throw new ModelException(
                $"{name}.yaml is missing: it says what the model looks at and what its answers mean (docs/models.md)"
            );
        }

        var description = ModelDescriptionReader.Read(described);
        var model = OnnxModel.Load(
            description.File,
            description.Contract,
            description.InputTensor,
            description.OutputTensor,
            batchTimeMax
        );
        return (description, model);
    }
}
