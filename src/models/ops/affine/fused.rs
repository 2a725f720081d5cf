//! The map on the CPU.

use burn::backend::Flex;
use burn_flex::FlexTensor;

use super::{AffineGradient, AffineKernel, AffineOps, AffineRecord, InputGradient};
use crate::models::ops::slices::{
    Matrix, Values, add_to_rows, multiply_by_column, product, sum_columns, tensor,
};

impl AffineOps for Flex {
    fn affine(input: FlexTensor, weight: FlexTensor, bias: FlexTensor) -> FlexTensor {
        let (input_values, weight_values) = (Values::new(input), Values::new(weight));
        let bias = Values::new(bias);
        let ([rows, inputs], [_, outputs]) = (input_values.dims(), weight_values.dims());
        let input = Matrix::new(input_values.slice(), rows, inputs);
        let weight = Matrix::new(weight_values.slice(), inputs, outputs);
        let mut out = match outputs {
            // The library sums a single column in another order for few rows than for many.
            1 => {
                let mut out = vec![0.0; rows];
                multiply_by_column(&mut out, input_values.slice(), weight_values.slice());
                out
            }
            _ => product(input, weight),
        };
        add_to_rows(&mut out, bias.slice());
        tensor(out, [rows, outputs])
    }
}

impl AffineKernel for Flex {
    fn affine_backward(
        record: AffineRecord<Self>,
        gradient: FlexTensor,
        input_gradient: InputGradient,
    ) -> AffineGradient<Self> {
        let (input, weight) = (Values::new(record.input), Values::new(record.weight));
        let gradient = Values::new(gradient);
        let ([rows, inputs], [_, outputs]) = (input.dims(), weight.dims());
        let of_result = Matrix::new(gradient.slice(), rows, outputs);
        let transposed = Matrix::new(input.slice(), rows, inputs).transposed();
        let of_weight = product(transposed, of_result);
        let mut of_bias = vec![0.0; outputs];
        sum_columns(gradient.slice(), &mut of_bias);
        let of_input = (input_gradient == InputGradient::Wanted).then(|| {
            let back = Matrix::new(weight.slice(), inputs, outputs).transposed();
            tensor(product(of_result, back), [rows, inputs])
        });
        AffineGradient {
            input: of_input,
            weight: tensor(of_weight, [inputs, outputs]),
            bias: tensor(of_bias, [1, outputs]),
        }
    }
}
