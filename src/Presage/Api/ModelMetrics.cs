using Presage.OwnModels;

namespace Presage.Api;

/// <summary>Own models among the server's own metrics.</summary>
static class ModelMetrics
{
    public static void Write(ExpositionText text, IReadOnlyList<ModelStatus> models)
    {
        if (models.Count == 0)
        {
            return;
        }

        text.Gauges("presage_model_up", "1 while an own model is in use, 0 when it is set aside.", "model",
            models.Select(static model => (model.Name, model.State == ModelState.SetAside ? 0.0 : 1)));
        text.Gauges("presage_model_series", "Series an own model watches.", "model",
            models.Select(static model => (model.Name, (double)model.Series)));
        text.Gauges("presage_model_odd_series", "Series an own model finds odd now.", "model",
            models.Select(static model => (model.Name, (double)model.Odd)));
        text.Gauges("presage_model_answers", "Windows an own model was asked about since it was loaded.", "model",
            models.Select(static model => (model.Name, (double)model.Answers)));
        text.Gauges("presage_model_busy_seconds", "Time an own model took for them.", "model",
            models.Select(static model => (model.Name, model.SecondsSpent)));
    }
}
